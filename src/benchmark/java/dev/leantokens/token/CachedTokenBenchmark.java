package dev.leantokens.token;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

import dev.leantokens.cache.ConfiguredCache;
import dev.leantokens.clock.ApplicationClock;
import dev.leantokens.error.ErrorLogs;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.trace.Traces;
import io.smallrye.mutiny.Uni;

/**
 * Measures the token service for cached tokens: from the scope and credentials to the bytes of the response, without HTTP.
 * Cache, clock and settings are those of the application.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 1)
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
public class CachedTokenBenchmark {

    private static final int CUSTOMERS = 1000;

    /** As long as one of Lean's tokens. */
    private static final String TOKEN = "t".repeat(1000);

    private static final Optional<ServiceClient> SERVICE = Optional
            .of(ServiceClient.of("0a7e3c52-6d5b-4f0e-9a3c-5d2f6b1c8e90", "s3rv1ce-5d2f6b1c8e900a7e3c526d5b4f"));
    private static final ClientCredentials CALLER = new ClientCredentials("7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "c4ll3r-e07fc1f90ae77c9e6679742540de");

    private TokenService service;
    private Scope[] customers;
    private ConcurrentMap<TokenKey, String> map;
    private TokenKey key;
    private final AtomicInteger calls = new AtomicInteger();

    /** The position of a thread among the customers. */
    @State(org.openjdk.jmh.annotations.Scope.Thread)
    public static class Turn {

        private int next;

        int take(int size) {
            next = next + 1 < size ? next + 1 : 0;
            return next;
        }
    }

    @Setup
    public void fillCache() {
        Clock clock = ApplicationClock.ofThisMachine();
        service = new TokenService(this::lean, TokenStore.NONE, () -> SERVICE, ConfiguredCache.byDefault(clock),
                ConfiguredCache.accepted(clock), Settings.of(TokenConfig.class), clock, ErrorLogs.create(), Traces.OFF);
        customers = IntStream.range(0, CUSTOMERS)
                .mapToObj(number -> new Scope("customer.1b9d6bcd-bbfd-4b2d-9b5d-%012x".formatted(number)))
                .toArray(Scope[]::new);
        key = TokenKey.ofService(SERVICE.get().clientId(), "", Scope.API);
        map = new ConcurrentHashMap<>(Map.of(key, text(Scope.API, Optional.empty())));
        text(Scope.API, Optional.of(CALLER));
        for (Scope customer : customers) {
            text(customer, Optional.empty());
        }
    }

    private String text(Scope scope, Optional<ClientCredentials> credentials) {
        return service.issue(scope, credentials, CacheControl.ANY, () -> CallerAccount.SERVICE).toUni().await().indefinitely()
                .token().json();
    }

    private Uni<AccessToken> lean(UpstreamTokenRequest request) {
        calls.incrementAndGet();
        return Uni.createFrom().item(AccessToken.of(Map.of("access_token", TOKEN, "scope", request.scope().value(),
                "token_type", "Bearer", "expires_in", 3599), request.scope()));
    }

    @TearDown
    public void requireCacheHits() {
        if (calls.get() != CUSTOMERS + 2) {
            throw new IllegalStateException("tokens were requested from Lean during the measurement");
        }
    }

    /** The lower bound of any lookup. */
    @Benchmark
    public String baselineMapOfTexts() {
        return map.get(key);
    }

    @Benchmark
    public void servicesCredentials(Blackhole answers) {
        issue(Scope.API, Optional.empty(), answers);
    }

    @Benchmark
    @Threads(2)
    public void servicesCredentialsByTwoThreads(Blackhole answers) {
        issue(Scope.API, Optional.empty(), answers);
    }

    @Benchmark
    public void callersCredentials(Blackhole answers) {
        issue(Scope.API, Optional.of(CALLER), answers);
    }

    @Benchmark
    public void oneOfAThousandCustomers(Blackhole answers, Turn turn) {
        issue(customers[turn.take(CUSTOMERS)], Optional.empty(), answers);
    }

    private void issue(Scope scope, Optional<ClientCredentials> credentials, Blackhole answers) {
        service.issue(scope, credentials, CacheControl.ANY, () -> CallerAccount.SERVICE).toUni().subscribe().with(
                issued -> answers.consume(issued.token().bytes()),
                failure -> {
                    throw new IllegalStateException(failure);
                });
    }
}
