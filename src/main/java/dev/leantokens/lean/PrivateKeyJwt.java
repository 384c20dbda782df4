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

/**
 * Signs an assertion with a unique id for each call (RFC 7523 §3), so that no assertion can be replayed. A worker thread
 * signs, since a signature takes a millisecond or more. Thread-safe.
 */
final class PrivateKeyJwt {

    private final String clientId;
    private final SigningKey key;
    private final String audience;
    private final Duration lifetime;
    private final Clock clock;
    private final Vertx vertx;

    /**
     * @param audience the URL of the token endpoint, or another identifier of Lean's
     * @param clock the machine's current time, since Lean compares with its own clock
     */
    PrivateKeyJwt(String clientId, SigningKey key, String audience, Duration lifetime, Clock clock, Vertx vertx) {
        this.clientId = clientId;
        this.key = key;
        this.audience = audience;
        this.lifetime = lifetime;
        this.clock = clock;
        this.vertx = vertx;
    }

    /** @return a new assertion for each subscription */
    Uni<ClientProof> proof() {
        return Uni.createFrom().completionStage(
                () -> vertx.executeBlocking(() -> ClientProof.jwt(clientId, assertion()), false).toCompletionStage());
    }

    private String assertion() throws JoseException {
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
