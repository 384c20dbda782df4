package dev.leantokens.issuer;

import java.util.List;
import java.util.Optional;

import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;

/** Selects the keys that may verify a token. */
final class VerificationKeys {

    private static final int MIN_RSA_BITS = 2048;

    private VerificationKeys() {
    }

    /** @return the keys with the id; without an id, all */
    static List<PublicJsonWebKey> named(Optional<String> id, List<PublicJsonWebKey> keys) {
        return id.isEmpty() ? keys : keys.stream().filter(key -> id.get().equals(key.getKeyId())).toList();
    }

    /** @return the keys that the issuer signs with by this algorithm, by their type, curve, size and declared use */
    static List<PublicJsonWebKey> fitting(String algorithm, List<PublicJsonWebKey> keys) {
        return keys.stream().filter(key -> isOfType(algorithm, key) && isMeantFor(algorithm, key)).toList();
    }

    private static boolean isOfType(String algorithm, PublicJsonWebKey key) {
        return switch (algorithm) {
            case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512" -> key instanceof RsaJsonWebKey rsa
                    && rsa.getRsaPublicKey().getModulus().bitLength() >= MIN_RSA_BITS;
            case "ES256" -> isOnCurve("P-256", key);
            case "ES384" -> isOnCurve("P-384", key);
            case "ES512" -> isOnCurve("P-521", key);
            case "EdDSA" -> key instanceof OctetKeyPairJsonWebKey pair
                    && (OctetKeyPairJsonWebKey.SUBTYPE_ED25519.equals(pair.getSubtype())
                            || OctetKeyPairJsonWebKey.SUBTYPE_ED448.equals(pair.getSubtype()));
            default -> false;
        };
    }

    private static boolean isOnCurve(String curve, PublicJsonWebKey key) {
        return key instanceof EllipticCurveJsonWebKey ec && curve.equals(ec.getCurveName());
    }

    /** RFC 7517 §4.2 to §4.4. */
    private static boolean isMeantFor(String algorithm, PublicJsonWebKey key) {
        return (key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm))
                && (key.getUse() == null || key.getUse().equals("sig"))
                && (key.getKeyOps() == null || key.getKeyOps().contains("verify"));
    }
}
