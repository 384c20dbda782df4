package dev.leantokens.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.vertx.core.json.JsonObject;

/**
 * An issuer that the application trusts by the id {@value #ID}, with a key in a file. Its callers may have {@code api}. Test
 * classes declare it by {@code @WithTestResource} and get it in a field of this type.
 */
public class TokenIssuer implements QuarkusTestResourceLifecycleManager {

    public static final String ID = "idp";
    public static final String ISSUER = "https://idp.example.com/realms/a";
    /** The audience in the settings. */
    public static final String AUDIENCE = "lean-tokens";
    public static final String SUBJECT = "agent-7";

    private static final long LIFETIME_SECONDS = 300;

    private final EllipticCurveJsonWebKey key;
    private Map<String, String> arguments = Map.of();
    private Path file;

    public TokenIssuer() {
        try {
            key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
            key.setKeyId("first");
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param arguments further properties of the application */
    @Override
    public void init(Map<String, String> arguments) {
        this.arguments = arguments;
    }

    @Override
    public Map<String, String> start() {
        try {
            file = file == null ? Files.createTempFile("issuer", ".json") : file;
            Files.writeString(file,
                    new JsonWebKeySet(key).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String prefix = "access.issuers." + ID + ".";
        Map<String, String> settings = new HashMap<>(Map.of(
                prefix + "issuer", ISSUER,
                prefix + "audience", AUDIENCE,
                prefix + "jwks-file", file.toString(),
                prefix + "scopes", "api"));
        settings.putAll(arguments);
        return settings;
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(TokenIssuer.class));
    }

    @Override
    public void stop() {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the claims of a token for {@link #AUDIENCE}, to change and {@linkplain #sign sign} */
    public static JsonObject claims() {
        long now = System.currentTimeMillis() / 1000;
        return new JsonObject().put("iss", ISSUER).put("sub", SUBJECT).put("aud", AUDIENCE).put("iat", now)
                .put("exp", now + LIFETIME_SECONDS);
    }

    /** @return the signed token */
    public String sign(JsonObject claims) {
        JsonWebSignature token = new JsonWebSignature();
        token.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
        token.setKeyIdHeaderValue(key.getKeyId());
        token.setHeader("typ", "at+jwt");
        token.setKey(key.getPrivateKey());
        token.setPayload(claims.encode());
        try {
            return token.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }
}
