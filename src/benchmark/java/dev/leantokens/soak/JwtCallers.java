package dev.leantokens.soak;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import com.nimbusds.jwt.JWTClaimsSet;

import dev.leantokens.testing.TestIssuer;

/** A trusted issuer, and callers with its tokens, each of which may have {@code api} and the tokens of its own customer. */
final class JwtCallers implements AutoCloseable {

    private static final String NAME = "https://issuer.soak";
    private static final String CUSTOMER = "lean_customer";
    private static final int CALLERS = 8;

    private static final Duration LIFETIME = Duration.ofMinutes(2);
    private static final Duration RENEWED = Duration.ofMinutes(1);
    /** Longer than the tolerance for clocks. */
    private static final Duration LONG_AGO = Duration.ofMinutes(5);

    private final TestIssuer issuer = new TestIssuer(NAME).start();
    private final List<Caller> callers = Stream.generate(Caller::new).limit(CALLERS).toList();

    /** A caller, which renews its token from time to time. */
    final class Caller {

        private final String subject = "soak-caller-" + UUID.randomUUID();
        private final String customer = UUID.randomUUID().toString();
        private String token;
        private Instant signedAt = Instant.MIN;

        /** @return the scope of its customer, which no other caller may request */
        String scope() {
            return "customer." + customer;
        }

        synchronized String token() {
            if (Instant.now().isAfter(signedAt.plus(RENEWED))) {
                signedAt = Instant.now();
                token = TestIssuer.sign(claims().build(), issuer.currentKey());
            }
            return token;
        }

        private JWTClaimsSet.Builder claims() {
            return issuer.claims(subject).claim(CUSTOMER, customer).expirationTime(Date.from(Instant.now().plus(LIFETIME)));
        }

        /** @return a token that must be refused: expired, for another service, or with another's signature */
        String wrongToken() {
            return switch (ThreadLocalRandom.current().nextInt(3)) {
                case 0 -> TestIssuer.sign(claims().expirationTime(Date.from(Instant.now().minus(LONG_AGO))).build(),
                        issuer.currentKey());
                case 1 -> TestIssuer.sign(claims().audience("another-service").build(), issuer.currentKey());
                default -> TestIssuer.sign(claims().build(), TestIssuer.key(issuer.currentKey().getKeyID()));
            };
        }
    }

    /** @return the variables by which the application trusts the issuer */
    Map<String, String> environment() {
        String prefix = "ACCESS_ISSUERS_SOAK_";
        return Map.of(prefix + "ISSUER", NAME, prefix + "AUDIENCE", TestIssuer.AUDIENCE, prefix + "JWKS_URL", issuer.jwksUrl(),
                prefix + "SCOPES", "api,customer.{" + CUSTOMER + "}");
    }

    Caller next() {
        return callers.get(ThreadLocalRandom.current().nextInt(callers.size()));
    }

    /** Signs with a new key from now on. */
    void rotate() {
        issuer.rotate();
    }

    /** Does not answer requests for keys. */
    void hang() {
        issuer.hold();
        issuer.rotate();
    }

    void answer() {
        issuer.release();
    }

    @Override
    public void close() {
        issuer.close();
    }
}
