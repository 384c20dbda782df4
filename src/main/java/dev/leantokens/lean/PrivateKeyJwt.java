package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/** Signs assertions for {@code private_key_jwt}. Thread-safe. */
final class PrivateKeyJwt {

    private PrivateKeyJwt() {
    }

    /**
     * Signs an assertion with a unique id for each call (RFC 7523 §3), so that no assertion can be replayed. A worker thread
     * signs, since a signature takes a millisecond or more.
     *
     * @param audience the URL of the token endpoint, or another identifier of Lean's
     * @param clock the machine's current time, since Lean compares with its own clock
     * @return a new proof for each subscription
     */
    static Uni<ClientProof> proof(String clientId, SigningKey key, String audience, Duration lifetime, Clock clock,
            Vertx vertx) {
        return Uni.createFrom().completionStage(() -> vertx.executeBlocking(
                () -> ClientProof.jwt(clientId, assertion(clientId, key, audience, lifetime, clock)), false)
                .toCompletionStage());
    }

    private static String assertion(String clientId, SigningKey key, String audience, Duration lifetime, Clock clock)
            throws JoseException {
        Instant now = clock.instant();
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(clientId);
        claims.setSubject(clientId);
        claims.setAudience(audience);
        claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
        claims.setExpirationTime(NumericDate.fromSeconds(now.plus(lifetime).getEpochSecond()));
        claims.setJwtId(UUID.randomUUID().toString());
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(key.algorithm());
        signature.setHeader("typ", "JWT");
        key.id().ifPresent(signature::setKeyIdHeaderValue);
        signature.setPayload(claims.toJson());
        signature.setKey(key.key());
        return signature.getCompactSerialization();
    }
}
