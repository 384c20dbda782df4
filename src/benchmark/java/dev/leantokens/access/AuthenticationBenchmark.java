package dev.leantokens.access;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import dev.leantokens.issuer.FederatedIdentity;
import dev.leantokens.issuer.TokenVerifier;
import dev.leantokens.issuer.Verification;
import dev.leantokens.issuer.Verification.Verified;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.ScopePattern;
import dev.leantokens.token.TokenConfig;

/**
 * Measures the authentication by a header that has been seen before. That of a token is without its verification, which
 * {@code VerificationBenchmark} measures.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class AuthenticationBenchmark {

    private static final String SECRET = "Q-ikSOgXFx3z6fjg6wptV__54JMy9cw2utY25i_W";
    private static final TokenDemands REST = new TokenDemands(Optional.empty(), Optional::empty);

    private final List<String> basic = List
            .of("Basic " + Base64.getEncoder().encodeToString(("payments:" + SECRET).getBytes(StandardCharsets.UTF_8)));
    private final List<String> secret = List.of("Bearer " + SECRET);
    /** As long as a token of Kubernetes. */
    private final List<String> token = List.of("Bearer eyJhbGciOiJSUzI1NiJ9." + "a".repeat(600) + "." + "b".repeat(342));

    private CallerAuthentication authentication;

    @Setup
    public void configure() {
        AccessConfig config = Settings.of(AccessConfig.class, "access.clients.payments.secret", SECRET,
                "access.clients.payments.scopes", "api", "access.issuers.k8s.issuer", "https://k8s.example.com",
                "access.issuers.k8s.audience", "lean-tokens", "access.issuers.k8s.scopes", "api");
        TokenConfig tokens = Settings.of(TokenConfig.class);
        Verified verified = new Verified(new FederatedIdentity("k8s", "subject", "subject", List.of(new ScopePattern("api")),
                Set.of(), Optional.empty(), Instant.MAX));
        TokenVerifier verifier = new TokenVerifier() {

            @Override
            public Verification verify(String jwt, Optional<String> resource) {
                return verified;
            }

            @Override
            public int issuers() {
                return 1;
            }
        };
        authentication = new CallerAuthentication(config,
                new ConfiguredClients(config, tokens, false, Map.of(), issuers -> verifier, null));
    }

    @Benchmark
    public Optional<Client> basic() {
        return authentication.authenticate(basic, REST);
    }

    @Benchmark
    public Optional<Client> bearerSecret() {
        return authentication.authenticate(secret, REST);
    }

    @Benchmark
    public Optional<Client> bearerToken() {
        return authentication.authenticate(token, REST);
    }
}
