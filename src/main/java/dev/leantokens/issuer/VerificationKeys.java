package dev.leantokens.issuer;

import java.math.BigInteger;
import java.security.interfaces.EdECPublicKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;

/** Selects the keys that may verify a token. */
final class VerificationKeys {

    private static final int MIN_RSA_BITS = 2048;

    private static final String ED25519 = "Ed25519";
    private static final BigInteger PRIME_OF_ED25519 = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger PRIME_OF_ED448 = BigInteger.TWO.pow(448).subtract(BigInteger.TWO.pow(224))
            .subtract(BigInteger.ONE);
    /** The y of the points of order 8. Those of smaller orders have 0, 1 and -1, on both curves. */
    private static final Set<BigInteger> ORDER_8_OF_ED25519 = Set.of(
            new BigInteger("5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16),
            new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16));

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
            case "EdDSA" -> key.getPublicKey() instanceof EdECPublicKey edwards && !isOfSmallOrder(edwards);
            default -> false;
        };
    }

    private static boolean isOnCurve(String curve, PublicJsonWebKey key) {
        return key instanceof EllipticCurveJsonWebKey ec && curve.equals(ec.getCurveName());
    }

    /** @return whether everybody can write signatures that the key verifies: it is one of a few points */
    private static boolean isOfSmallOrder(EdECPublicKey key) {
        BigInteger prime = ED25519.equals(key.getParams().getName()) ? PRIME_OF_ED25519 : PRIME_OF_ED448;
        BigInteger y = key.getPoint().getY().mod(prime);
        return y.signum() == 0 || y.equals(BigInteger.ONE) || y.equals(prime.subtract(BigInteger.ONE))
                || ORDER_8_OF_ED25519.contains(y);
    }

    /** RFC 7517 §4.2 to §4.4. */
    private static boolean isMeantFor(String algorithm, PublicJsonWebKey key) {
        return (key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm))
                && (key.getUse() == null || key.getUse().equals("sig"))
                && (key.getKeyOps() == null || key.getKeyOps().contains("verify"));
    }
}
