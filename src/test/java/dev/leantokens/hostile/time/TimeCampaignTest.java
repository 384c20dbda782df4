package dev.leantokens.hostile.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

import org.junit.jupiter.api.Test;

import dev.leantokens.cache.EmbeddedCaches;
import dev.leantokens.error.ErrorLog;
import dev.leantokens.error.ErrorLogs;
import dev.leantokens.hostile.Campaign;
import dev.leantokens.lean.GuardedLean;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.AuthorizationServer;
import dev.leantokens.token.CacheControl;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.TokenConfig;
import dev.leantokens.token.TokenService;
import dev.leantokens.token.TokenStore;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.trace.Traces;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;

/**
 * Random schedules of steps of the system time, sleep, stops of the process and requests, from the token service down to the
 * calls, against a Lean with a clock of its own. In an application, since the breakers need SmallRye Fault Tolerance.
 * <p>
 * Leaves out what has clocks that it cannot replace, or no part in a call: retries, breakers, the store, callers' tokens,
 * sessions.
 */
@QuarkusTest
@WithTestResource(LeanStub.class)
class TimeCampaignTest {

    private static final ErrorLog LOG = ErrorLogs.create();
    private static final TokenConfig WITHOUT_MINIMUM = tokens("0s");
    /** Few cases use these: each wait for a better token has a real timer, which keeps the case in memory until it is due. */
    private static final List<TokenConfig> WITH_MINIMUM = List.of(tokens("3s"), tokens("40s"));
    private static final int MAX_EVENTS = 60;
    /** By how much a busy machine may start a call too late. */
    private static final Duration LATE = Duration.ofSeconds(1);
    /** Longer than any request takes. */
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(15);
    /** The clock ignores steps of up to 2 s, and so a sleep of up to 4 s after a step back of almost 2 s. */
    private static final Duration LAG_OF_SMALL_STEPS = Duration.ofSeconds(4);

    @Test
    void noTokenIsExpiredNoBudgetIsExceededAndEveryCallerIsAnswered() {
        int cases = Campaign.named("time").play(random -> new World(random).play());

        assertThat(cases).isPositive();
    }

    /** The wait for a better token is longer than a case takes. */
    private static TokenConfig tokens(String minimumValidity) {
        return Settings.of(TokenConfig.class, "token.minimum-validity", minimumValidity, "token.customer-minimum-validity",
                minimumValidity, "token.stale-after", "30s");
    }

    private static final class World {

        private final RandomGenerator random;
        private final SimulatedMachine machine;
        private final SimulatedLean lean;
        private final GuardedLean guard;
        private final TokenService service;
        private final Punctual requests = new Punctual();
        private final List<CompletableFuture<?>> waiting = new ArrayList<>();
        private final boolean smallSteps;

        private World(RandomGenerator random) {
            this.random = random;
            this.machine = new SimulatedMachine(random);
            this.smallSteps = random.nextInt(5) == 0;
            int limit = 1 + random.nextInt(12);
            Optional<ServiceClient> client = Optional.of(ServiceClient.of("service", "secret"));
            this.guard = new GuardedLean(() -> client, machine.steady(), machine.awake(), machine::startTimer, this::call,
                    new GuardedLean.Limits(limit, 2 + random.nextInt(4)));
            this.lean = new SimulatedLean(machine, random, limit, guard.longestCall());
            if (smallSteps) {
                lean.allowLag(LAG_OF_SMALL_STEPS);
            }
            this.service = new TokenService(requests, TokenStore.NONE, () -> client,
                    EmbeddedCaches.tokens(machine.steady()), EmbeddedCaches.accepted(machine.steady()),
                    minimumValidity(), machine.steady(), LOG, Traces.OFF);
        }

        private TokenConfig minimumValidity() {
            return random.nextInt(6) == 0 ? WITH_MINIMUM.get(random.nextInt(WITH_MINIMUM.size())) : WITHOUT_MINIMUM;
        }

        private Uni<AccessToken> call(UpstreamTokenRequest request) {
            requests.requireInTime(request);
            return lean.call(request);
        }

        private void play() {
            int events = 5 + random.nextInt(MAX_EVENTS);
            for (int i = 0; i < events; i++) {
                event();
                machine.requireSteadyClock();
                lean.requireNoViolation();
            }
            machine.run(LONGEST_REQUEST);
            requireAnswered(waiting);
            lean.requireNoViolation();
            lean.requireBudget();
        }

        private void event() {
            switch (random.nextInt(16)) {
                case 0 -> lean.change();
                case 1 -> stop();
                case 2 -> machine.sleep(step());
                case 3 -> machine.set(step());
                case 4 -> machine.set(step().negated());
                case 5 -> machine.run(Duration.ofMillis(random.nextInt(70_000)));
                case 6 -> machine.run(Duration.ofMillis(random.nextInt(5_000)));
                case 7 -> runUntilATokenExpires();
                case 8 -> request(CacheControl.NO_CACHE);
                case 9 -> crowd();
                default -> {
                    machine.run(Duration.ofMillis(random.nextInt(200)));
                    request(CacheControl.ANY);
                }
            }
        }

        /** @return at least three seconds unless the case is about small steps, up to weeks */
        private Duration step() {
            return switch (random.nextInt(smallSteps ? 4 : 3)) {
                case 0 -> Duration.ofMillis(3_000 + random.nextInt(10_000));
                case 1 -> Duration.ofSeconds(3 + random.nextInt(4_000));
                case 2 -> Duration.ofSeconds(3 + random.nextInt(2_000_000));
                default -> Duration.ofMillis(random.nextInt(3_000));
            };
        }

        /** A caller waits for no longer than its deadline, and gets its answer as soon as the process continues. */
        private void stop() {
            Duration stopped = Duration.ofMillis(random.nextInt(2) == 0 ? random.nextInt(15_000) : random.nextInt(300_000));
            List<CompletableFuture<?>> before = List.copyOf(waiting);
            machine.stop(stopped);
            if (stopped.compareTo(LONGEST_REQUEST) > 0) {
                requireAnswered(before);
            }
        }

        private void runUntilATokenExpires() {
            Duration life = lean.lifetime();
            if (life.compareTo(Duration.ofHours(2)) < 0) {
                request(CacheControl.ANY);
                machine.run(life.plusMillis(random.nextInt(3_000) - 2_000).abs());
                request(CacheControl.ANY);
            }
        }

        private void crowd() {
            int callers = 2 + random.nextInt(20);
            for (int i = 0; i < callers; i++) {
                request(CacheControl.ANY);
            }
        }

        private void request(CacheControl control) {
            boolean own = random.nextInt(4) == 0;
            Scope scope = random.nextInt(3) == 0 ? Scope.API : new Scope("customer." + random.nextInt(6));
            String caller = "caller-" + random.nextInt(3);
            Optional<ClientCredentials> credentials = own
                    ? Optional.of(new ClientCredentials("client",
                            random.nextInt(4) == 0 ? SimulatedLean.WRONG_SECRET : "right-" + random.nextInt(2)))
                    : Optional.empty();
            waiting.add(service.issue(scope, credentials, control, () -> new CallerAccount(caller, caller, 3, true))
                    .toUni().subscribeAsCompletionStage().handle((issued, failure) -> {
                        lean.check(issued, failure);
                        return issued;
                    }));
            waiting.removeIf(CompletableFuture::isDone);
        }

        private void requireAnswered(List<CompletableFuture<?>> answers) {
            lean.require(answers.stream().allMatch(CompletableFuture::isDone), "a caller is still waiting");
        }

        /** Notes when each request was made. */
        private final class Punctual implements AuthorizationServer {

            private final Map<UpstreamTokenRequest, Duration> madeAt = new IdentityHashMap<>();

            @Override
            public Uni<AccessToken> requestToken(UpstreamTokenRequest request) {
                madeAt.put(request, machine.monotonic());
                return guard.requestToken(request);
            }

            /** @throws AssertionError if the callers of this request have left */
            private void requireInTime(UpstreamTokenRequest request) {
                Duration after = machine.monotonic().minus(madeAt.get(request));
                lean.require(after.compareTo(guard.latestStart().plus(LATE)) <= 0,
                        "a call came " + after + " after its request, when no caller waits for it");
            }

            @Override
            public String clientCertificate() {
                return "";
            }
        }
    }
}
