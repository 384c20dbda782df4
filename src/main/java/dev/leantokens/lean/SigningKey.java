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
 * A private key that signs assertions. Immutable.
 *
 * @param key an RSA key of at least 2048 bits, or an EC key on the curve P-256
 * @param algorithm {@code RS256} or {@code ES256} (RFC 7518 §3.1), according to the key
 * @param id the {@code kid} by which Lean finds the public key; empty without one
 */
record SigningKey(PrivateKey key, String algorithm, Optional<String> id) {

    private static final int MIN_RSA_BITS = 2048;

    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+(.*?)-----END \\1-----",
            Pattern.DOTALL);
    private static final String PKCS8 = "PRIVATE KEY";
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC");

    /**
     * @param text a JWK (RFC 7517), or PEM with an unencrypted PKCS#8 key (RFC 5958)
     * @param configuredId the configured key id; must equal the JWK's own, if both exist
     * @throws IllegalArgumentException if the key is unusable; the message is for an operator and quotes nothing of the key
     */
    static SigningKey read(String text, Optional<String> configuredId) {
        return text.stripLeading().startsWith("{") ? ofJwk(text, configuredId) : of(ofPem(text), configuredId);
    }

    private static SigningKey ofJwk(String text, Optional<String> configuredId) {
        PublicJsonWebKey jwk;
        try {
            jwk = JsonWebKey.Factory.newJwk(text) instanceof PublicJsonWebKey key ? key : null;
        } catch (JoseException | RuntimeException e) {
            // Of several types: the library casts members without a check. Not used as a cause, since its message quotes the key.
            throw new IllegalArgumentException("it is not a valid JWK");
        }
        if (jwk == null || jwk.getPrivateKey() == null) {
            throw new IllegalArgumentException("the JWK has no private RSA or EC key");
        }
        Optional<String> jwkId = Optional.ofNullable(jwk.getKeyId()).filter(id -> !id.isBlank());
        if (jwkId.isPresent() && configuredId.isPresent() && !jwkId.equals(configuredId)) {
            throw new IllegalArgumentException("the JWK's kid differs from LEAN_PRIVATE_KEY_ID");
        }
        SigningKey key = of(jwk.getPrivateKey(), jwkId.or(() -> configuredId));
        if (jwk.getAlgorithm() != null && !jwk.getAlgorithm().equals(key.algorithm())) {
            throw new IllegalArgumentException("the JWK's alg is not " + key.algorithm());
        }
        if (jwk.getUse() != null && !jwk.getUse().equals("sig")
                || jwk.getKeyOps() != null && !jwk.getKeyOps().contains("sign")) {
            throw new IllegalArgumentException("the JWK is not for signatures");
        }
        if (!key.matches(jwk.getPublicKey())) {
            throw new IllegalArgumentException("the JWK's private and public parts do not belong together");
        }
        return key;
    }

    private boolean matches(PublicKey publicKey) {
        try {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setAlgorithmHeaderValue(algorithm);
            signature.setPayload("");
            signature.setKey(key);
            JsonWebSignature verification = new JsonWebSignature();
            verification.setCompactSerialization(signature.getCompactSerialization());
            verification.setKey(publicKey);
            return verification.verifySignature();
        } catch (JoseException e) {
            // One of the two is unusable. Not used as a cause, since its message is about the key.
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
                throw new IllegalArgumentException("its PEM key is not a PKCS#8 PRIVATE KEY; convert it with "
                        + "openssl pkcs8 -topk8 -nocrypt");
            }
        }
        throw new IllegalArgumentException("it is neither a JWK nor PEM with a PRIVATE KEY");
    }

    private static PrivateKey ofPkcs8(String base64) {
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                // May be of the other type. Not used as a cause, since its message is about the key.
            }
        }
        throw new IllegalArgumentException("its PRIVATE KEY is not an RSA or EC key");
    }

    private static SigningKey of(PrivateKey key, Optional<String> id) {
        if (key instanceof RSAPrivateKey rsa) {
            if (rsa.getModulus().bitLength() < MIN_RSA_BITS) {
                throw new IllegalArgumentException("an RSA key needs at least " + MIN_RSA_BITS + " bits");
            }
            return new SigningKey(key, AlgorithmIdentifiers.RSA_USING_SHA256, id);
        }
        if (key instanceof ECPrivateKey ec && EllipticCurves.P_256.equals(EllipticCurves.getName(ec.getParams().getCurve()))) {
            return new SigningKey(key, AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256, id);
        }
        throw new IllegalArgumentException("it is neither an RSA key nor an EC key on the curve P-256");
    }

    @Override
    public String toString() {
        return "SigningKey[" + algorithm + "]";
    }
}
