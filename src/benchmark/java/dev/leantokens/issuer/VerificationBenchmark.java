package dev.leantokens.issuer;

import static dev.leantokens.issuer.TestTokens.json;
import static dev.leantokens.issuer.TestTokens.jwk;
import static dev.leantokens.issuer.TestTokens.map;

import java.security.KeyPair;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.jose4j.jwk.PublicJsonWebKey;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import dev.leantokens.clock.ApplicationClock;
import dev.leantokens.issuer.Verification.Verified;
import io.smallrye.mutiny.Uni;

/** Measures the verification of a token of a service account of Kubernetes, for the first time and once it is remembered. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class VerificationBenchmark {

    private static final Map<String, String> SETTINGS = Map.of("issuer", TestTokens.ISSUER, "audience", TestTokens.AUDIENCE,
            "claims.sub", "system:serviceaccount:payments:*", "claims./kubernetes.io/namespace", "payments", "scopes",
            "api,customer.{/kubernetes.io/namespace}");

    @Param({ "RS256", "PS256", "ES256", "ES512", "EdDSA" })
    public String algorithm;

    private TrustedIssuers remembering;
    private TrustedIssuers forgetful;
    private String token;
    private String forged;

    @Setup
    public void sign() {
        Clock clock = ApplicationClock.ofThisMachine();
        KeyPair pair = switch (algorithm) {
            case "ES256" -> TestTokens.EC;
            case "ES512" -> TestTokens.ec("secp521r1");
            case "EdDSA" -> TestTokens.ED;
            default -> TestTokens.RSA;
        };
        PublicJsonWebKey key = jwk("8f0a4cf9d5b7e3a1", pair.getPublic());
        remembering = issuers(List.of(key), false, clock);
        forgetful = issuers(List.of(key), true, clock);
        long now = clock.instant().getEpochSecond();
        token = TestTokens.signed(json(map("alg", algorithm, "kid", "8f0a4cf9d5b7e3a1")),
                json(map("aud", List.of(TestTokens.AUDIENCE), "exp", now + 86_400, "iat", now, "iss", TestTokens.ISSUER, "jti",
                        "7f0d4a5e-5c1e-4b43-9d3a-4b0a7b8c9d0e", "kubernetes.io",
                        map("namespace", "payments", "node",
                                map("name", "node-1", "uid", "5d2f6b1c-8e90-4f0e-9a3c-0a7e3c526d5b"),
                                "pod", map("name", "orders-7c9e6679-x2x9k", "uid", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
                                "serviceaccount", map("name", "orders", "uid", "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")),
                        "nbf", now, "sub", "system:serviceaccount:payments:orders")),
                algorithm, pair.getPrivate());
        int place = token.lastIndexOf('.') + 10;
        forged = token.substring(0, place) + (token.charAt(place) == 'A' ? 'B' : 'A') + token.substring(place + 1);
        if (!(remembering.verify(token, Optional.empty()) instanceof Verified)) {
            throw new IllegalStateException("refused");
        }
    }

    @Benchmark
    public Verification remembered() {
        return remembering.verify(token, Optional.empty());
    }

    @Benchmark
    public Verification fresh() {
        return forgetful.verify(token, Optional.empty());
    }

    /** What an attacker without a key can make the service calculate. */
    @Benchmark
    public Verification forged() {
        return remembering.verify(forged, Optional.empty());
    }

    /** @param changing whether the keys are another list each time, so that no token is remembered */
    private static TrustedIssuers issuers(List<PublicJsonWebKey> keys, boolean changing, Clock clock) {
        IssuerKeys fixed = new IssuerKeys() {

            @Override
            public Optional<List<PublicJsonWebKey>> current() {
                return Optional.of(changing ? List.of(keys.get(0)) : keys);
            }

            @Override
            public Optional<Uni<Void>> refresh(Optional<List<PublicJsonWebKey>> seen) {
                return Optional.empty();
            }

            @Override
            public boolean mayBeOutdated() {
                return false;
            }
        };
        return new TrustedIssuers(List.of(IssuerSettings.of("k8s", SETTINGS)), first -> Map.of("k8s", fixed), clock);
    }
}
