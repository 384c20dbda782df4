package dev.leantokens.standin;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Clock;
import java.util.Base64;
import java.util.UUID;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Makes tokens of Lean's shape: JWTs, signed with RS256, with the claims that Lean's have. */
final class TokenIssuer {

    static final String KEY_ID = "stand-in";

    private static final int LIFETIME_SECONDS = 3600;

    private static final String CUSTOMER_PREFIX = "customer.";

    private final PrivateKey key;
    private final String issuer;
    private final Clock clock;

    TokenIssuer(PrivateKey key, String issuer, Clock clock) {
        this.key = key;
        this.issuer = issuer;
        this.clock = clock;
    }

    /** @param scope null for none, with which Lean gives a token that can do nothing */
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
            String customer = scope.substring(CUSTOMER_PREFIX.length());
            claims.put("aud", "https://link.stand-in.invalid")
                    .put("customers", new JsonArray().add(new JsonObject().put("id", customer)))
                    .put("scope", new JsonArray().add("customer.read").add("entity.read").add("link.create"));
        } else {
            claims.put("aud", "https://api.stand-in.invalid")
                    .put("applications", new JsonArray().add(new JsonObject().put("id", clientId)))
                    .put("scope", scope == null ? new JsonArray()
                            : new JsonArray().add("customer.read").add("customer.write")
                                    .add("payment.read").add("payment.write").add("account.read").add("transaction.read"));
        }
        JsonObject response = new JsonObject().put("access_token", signed(claims));
        if (scope != null) {
            response.put("scope", scope);
        }
        return response.put("token_type", "Bearer").put("expires_in", LIFETIME_SECONDS - 1);
    }

    private String signed(JsonObject claims) {
        JsonObject header = new JsonObject().put("kid", KEY_ID).put("alg", "RS256").put("typ", "JWT");
        String input = base64(header.encode().getBytes(StandardCharsets.UTF_8)) + "."
                + base64(claims.encode().getBytes(StandardCharsets.UTF_8));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + base64(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot sign with RS256", e);
        }
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
