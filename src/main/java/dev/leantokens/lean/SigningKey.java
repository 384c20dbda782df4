package dev.leantokens.lean;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/**
 * A private key that signs assertions, and how. Immutable.
 *
 * @param key an RSA key of at least 2048 bits, or one of the curve P-256
 * @param algorithm {@code RS256} or {@code ES256} (RFC 7518 §3.1), by the kind of key
 * @param id the {@code kid} by which Lean finds the public key; empty if there is none
 */
record SigningKey(PrivateKey key, String algorithm, Optional<String> id) {

    private static final int LEAST_RSA_BITS = 2048;

    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+(.*?)-----END \\1-----",
            Pattern.DOTALL);
    private static final String PKCS8 = "PRIVATE KEY";
    private static final List<String> KEY_FACTORIES = List.of("RSA", "EC");

    /**
     * @param text a JWK (RFC 7517), or PEM with an unencrypted key by PKCS#8 (RFC 5958)
     * @param configuredId a key id that was configured; one of the JWK's own must be the same
     * @throws IllegalArgumentException if it is no key that can be used; the message is for an operator and has nothing of it
     */
    static SigningKey read(String text, Optional<String> configuredId) {
        return text.stripLeading().startsWith("{") ? ofJwk(text, configuredId) : of(ofPem(text), configuredId);
    }

    private static SigningKey ofJwk(String text, Optional<String> configuredId) {
        PublicJsonWebKey jwk;
        try {
            jwk = JsonWebKey.Factory.newJwk(text) instanceof PublicJsonWebKey key ? key : null;
        } catch (JoseException e) {
            // Without it: its message quotes the key.
            throw new IllegalArgumentException("it is no JWK");
        }
        if (jwk == null || jwk.getPrivateKey() == null) {
            throw new IllegalArgumentException("the JWK has no private key of RSA or EC");
        }
        Optional<String> ownId = Optional.ofNullable(jwk.getKeyId()).filter(own -> !own.isBlank());
        if (ownId.isPresent() && configuredId.isPresent() && !ownId.equals(configuredId)) {
            throw new IllegalArgumentException("the JWK's kid is another one than LEAN_PRIVATE_KEY_ID");
        }
        SigningKey key = of(jwk.getPrivateKey(), ownId.or(() -> configuredId));
        if (jwk.getAlgorithm() != null && !jwk.getAlgorithm().equals(key.algorithm())) {
            throw new IllegalArgumentException("the JWK is for another algorithm than " + key.algorithm());
        }
        if (jwk.getUse() != null && !jwk.getUse().equals("sig")
                || jwk.getKeyOps() != null && !jwk.getKeyOps().contains("sign")) {
            throw new IllegalArgumentException("the JWK is not for signatures");
        }
        if (!key.belongsTo(jwk.getPublicKey())) {
            throw new IllegalArgumentException("the JWK's private and public parts do not belong together");
        }
        return key;
    }

    private boolean belongsTo(PublicKey other) {
        try {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setAlgorithmHeaderValue(algorithm);
            signature.setPayload("");
            signature.setKey(key);
            JsonWebSignature verification = new JsonWebSignature();
            verification.setCompactSerialization(signature.getCompactSerialization());
            verification.setKey(other);
            return verification.verifySignature();
        } catch (JoseException e) {
            // With one of the two nothing can be done. Without it: what it says is about the key.
            return false;
        }
    }

    private static PrivateKey ofPem(String text) {
        Matcher pem = PEM.matcher(text);
        while (pem.find()) {
            if (pem.group(1).equals(PKCS8)) {
                return ofPkcs8(pem.group(2));
            }
            if (pem.group(1).endsWith(PKCS8)) {
                throw new IllegalArgumentException(
                        "it is a PEM file with a key of another kind than PRIVATE KEY; convert it with "
                                + "openssl pkcs8 -topk8 -nocrypt");
            }
        }
        throw new IllegalArgumentException("it is neither a JWK nor PEM with a PRIVATE KEY");
    }

    private static PrivateKey ofPkcs8(String base64) {
        for (String kind : KEY_FACTORIES) {
            try {
                return KeyFactory.getInstance(kind)
                        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                // Of the other kind, perhaps. Without it: what it says is about the key.
            }
        }
        throw new IllegalArgumentException("its PRIVATE KEY is none of RSA or EC");
    }

    private static SigningKey of(PrivateKey key, Optional<String> id) {
        if (key instanceof RSAPrivateKey rsa) {
            if (rsa.getModulus().bitLength() < LEAST_RSA_BITS) {
                throw new IllegalArgumentException("an RSA key needs at least " + LEAST_RSA_BITS + " bits");
            }
            return new SigningKey(key, AlgorithmIdentifiers.RSA_USING_SHA256, id);
        }
        if (key instanceof ECPrivateKey ec && EllipticCurves.P_256.equals(EllipticCurves.getName(ec.getParams().getCurve()))) {
            return new SigningKey(key, AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256, id);
        }
        throw new IllegalArgumentException("it is neither an RSA key nor one of the curve P-256");
    }

    @Override
    public String toString() {
        return "SigningKey[" + algorithm + "]";
    }
}
