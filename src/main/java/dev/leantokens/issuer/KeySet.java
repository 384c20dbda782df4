package dev.leantokens.issuer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.lang.JoseException;

/**
 * The keys of a JWK set (RFC 7517 §5) that can verify signatures. Others are left out, as RFC 7517 §5 recommends: symmetric
 * keys, keys for encryption, keys of unknown types and curves, RSA keys that are too short.
 *
 * @param members what the keys were read from; equal for equal keys in any order
 */
record KeySet(List<PublicJsonWebKey> keys, Set<Map<String, Object>> members) {

    private static final int MIN_RSA_BITS = 2048;
    /** A verification takes a few milliseconds of an event loop with longer ones. */
    private static final int MAX_RSA_BITS = 8192;

    private static final String KEYS = "keys";
    private static final Set<String> TYPES = Set.of(RsaJsonWebKey.KEY_TYPE, EllipticCurveJsonWebKey.KEY_TYPE,
            OctetKeyPairJsonWebKey.KEY_TYPE);
    private static final Set<String> SIGNATURE_CURVES = Set.of(OctetKeyPairJsonWebKey.SUBTYPE_ED25519,
            OctetKeyPairJsonWebKey.SUBTYPE_ED448);
    /** RFC 7518 §6.2.2, §6.3.2 and RFC 8037 §2. */
    private static final Set<String> PRIVATE_MEMBERS = Set.of("d", "p", "q", "dp", "dq", "qi", "oth");
    /** All others are ignored: those of X.509 could name another key, or a URL. */
    private static final Set<String> MEMBERS = Set.of("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y");
    private static final String KEY_OPERATIONS = "key_ops";

    KeySet {
        keys = List.copyOf(keys);
        members = Set.copyOf(members);
    }

    /** @throws KeysException if the text is not a JWK set, or has a private key or no usable one */
    static KeySet parse(String text) throws KeysException {
        List<PublicJsonWebKey> keys = new ArrayList<>();
        List<Map<String, Object>> members = new ArrayList<>();
        for (Object entry : entries(text)) {
            if (entry instanceof Map<?, ?> jwk && jwk.get("kty") instanceof String type && TYPES.contains(type)) {
                if (jwk.keySet().stream().anyMatch(PRIVATE_MEMBERS::contains)) {
                    throw new KeysException(KeysFault.PRIVATE_KEYS, "it has a private key, so anybody can sign tokens: "
                            + "the issuer must replace its keys");
                }
                Map<String, Object> known = known(jwk);
                key(known).ifPresent(key -> {
                    keys.add(key);
                    members.add(known);
                });
            }
        }
        if (keys.isEmpty()) {
            throw new KeysException(KeysFault.UNUSABLE, "it has no key for signatures: RSA of at least "
                    + MIN_RSA_BITS + " bits, an elliptic curve, or EdDSA");
        }
        return new KeySet(keys, Set.copyOf(members));
    }

    private static List<?> entries(String text) throws KeysException {
        try {
            if (JsonUtil.parseJson(text).get(KEYS) instanceof List<?> entries) {
                return entries;
            }
        } catch (JoseException | RuntimeException e) {
            // Not used as a cause, since it quotes the text.
            throw new KeysException(KeysFault.UNUSABLE, "it is not JSON");
        }
        throw new KeysException(KeysFault.UNUSABLE, "it has no list of keys");
    }

    private static Map<String, Object> known(Map<?, ?> jwk) {
        Map<String, Object> known = new HashMap<>();
        MEMBERS.forEach(name -> {
            if (jwk.get(name) instanceof String value) {
                known.put(name, value);
            }
        });
        if (jwk.get(KEY_OPERATIONS) instanceof List<?> operations) {
            known.put(KEY_OPERATIONS, operations.stream().filter(String.class::isInstance).toList());
        }
        return known;
    }

    private static Optional<PublicJsonWebKey> key(Map<String, Object> members) {
        try {
            // A copy, since the key keeps the map.
            return JsonWebKey.Factory.newJwk(new HashMap<>(members)) instanceof PublicJsonWebKey key && isForSignatures(key)
                    ? Optional.of(key)
                    : Optional.empty();
        } catch (JoseException | RuntimeException e) {
            // Of an unknown curve, for example.
            return Optional.empty();
        }
    }

    private static boolean isForSignatures(PublicJsonWebKey key) {
        if (key.getUse() != null && !key.getUse().equals("sig")
                || key.getKeyOps() != null && !key.getKeyOps().contains("verify")) {
            return false;
        }
        if (key instanceof RsaJsonWebKey rsa) {
            int bits = rsa.getRsaPublicKey().getModulus().bitLength();
            return bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS;
        }
        return !(key instanceof OctetKeyPairJsonWebKey pair) || SIGNATURE_CURVES.contains(pair.getSubtype());
    }

    @Override
    public String toString() {
        return "KeySet[" + keys.size() + "]";
    }
}
