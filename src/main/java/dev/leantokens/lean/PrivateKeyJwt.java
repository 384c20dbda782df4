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
 * Signs an assertion for each call (RFC 7523 §3), each with an id of its own, so that none can be used again. By a worker
 * thread: a signature takes a millisecond or more. Thread-safe.
 */
final class PrivateKeyJwt implements ClientAuthentication {

    private final String clientId;
    private final SigningKey key;
    private final String audience;
    private final Duration lifetime;
    private final Clock clock;
    private final Vertx vertx;

    /**
     * @param audience who the assertion is for: the token endpoint, or what Lean calls itself
     * @param lifetime until when it can be used
     * @param clock the machine's, as it is set now: Lean compares with its own
     */
    PrivateKeyJwt(String clientId, SigningKey key, String audience, Duration lifetime, Clock clock, Vertx vertx) {
        this.clientId = clientId;
        this.key = key;
        this.audience = audience;
        this.lifetime = lifetime;
        this.clock = clock;
        this.vertx = vertx;
    }

    @Override
    public Uni<ClientProof> proof() {
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
