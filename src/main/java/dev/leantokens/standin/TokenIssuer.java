package dev.leantokens.standin;

import java.time.Clock;
import java.util.UUID;

import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jwk.Use;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Issues tokens like Lean's: JWTs with the same claims, signed with RS256 by a key that is generated at the start. */
final class TokenIssuer {

    private static final int LIFETIME_SECONDS = 3600;

    private static final String CUSTOMER_PREFIX = "customer.";

    private final RsaJsonWebKey key;
    private final String issuer;
    private final Clock clock;

    TokenIssuer(String issuer, Clock clock) {
        try {
            key = RsaJwkGenerator.generateJwk(2048);
        } catch (JoseException e) {
            throw new IllegalStateException("this JVM has no RSA", e);
        }
        key.setKeyId("stand-in");
        key.setUse(Use.SIGNATURE);
        key.setAlgorithm(AlgorithmIdentifiers.RSA_USING_SHA256);
        this.issuer = issuer;
        this.clock = clock;
    }

    /** @return the key set (RFC 7517 §5) with the public key */
    JsonObject keySet() {
        return new JsonObject().put("keys", new JsonArray().add(new JsonObject(key.toParams(OutputControlLevel.PUBLIC_ONLY))));
    }

    /** @param scope null for a token without permissions, as Lean issues it */
    JsonObject issue(String clientId, String scope) {
        long now = clock.instant().getEpochSecond();
        JsonObject claims = new JsonObject()
                .put("sub", clientId)
                .put("iss", issuer)
                .put("nbf", now)
                .put("iat", now)
                .put("exp", now + LIFETIME_SECONDS)
                .put("jti", UUID.randomUUID().toString());
        if (scope != null && scope.startsWith(CUSTOMER_PREFIX)) {
            claims.put("aud", "https://link.stand-in.invalid")
                    .put("customers", JsonArray.of(new JsonObject().put("id", scope.substring(CUSTOMER_PREFIX.length()))))
                    .put("scope", JsonArray.of("customer.read", "entity.read", "link.create"));
        } else {
            claims.put("aud", "https://api.stand-in.invalid")
                    .put("applications", JsonArray.of(new JsonObject().put("id", clientId)))
                    .put("scope", scope == null ? JsonArray.of()
                            : JsonArray.of("customer.read", "customer.write", "payment.read", "payment.write", "account.read",
                                    "transaction.read"));
        }
        JsonObject response = new JsonObject().put("access_token", sign(claims));
        if (scope != null) {
            response.put("scope", scope);
        }
        return response.put("token_type", "Bearer").put("expires_in", LIFETIME_SECONDS - 1);
    }

    private String sign(JsonObject claims) {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(key.getAlgorithm());
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setHeader("typ", "JWT");
        signature.setPayload(claims.encode());
        signature.setKey(key.getPrivateKey());
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException("this JVM cannot sign with RS256", e);
        }
    }
}
