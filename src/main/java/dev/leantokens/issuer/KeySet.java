package dev.leantokens.issuer;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.lang.JoseException;

/**
 * The keys of a JWK set (RFC 7517 §5) that can verify tokens. Others are left out, as RFC 7517 §5 recommends: symmetric keys,
 * keys for other purposes, of unknown types and curves or with malformed members, and RSA keys that are too short or too long.
 */
record KeySet(List<PublicJsonWebKey> keys) {

    static final KeySet EMPTY = new KeySet(List.of());

    /** Issuers have a few keys. */
    static final int MAX_KEYS = 100;
    /** All of them are tried on an event loop for a token with a wrong signature. */
    static final int MAX_KEYS_WITH_ONE_ID = 3;
    /** Issuers use no longer ones; with 8,192 bits, a verification would take 10 ms. */
    private static final int MAX_RSA_BITS = 4096;

    private static final String KEYS = "keys";
    private static final Set<String> TYPES = Set.of(RsaJsonWebKey.KEY_TYPE, EllipticCurveJsonWebKey.KEY_TYPE,
            OctetKeyPairJsonWebKey.KEY_TYPE);
    /** RFC 7518 §6.2.2, §6.3.2 and RFC 8037 §2. */
    private static final Set<String> PRIVATE_MEMBERS = Set.of("d", "p", "q", "dp", "dq", "qi", "oth");
    /** All others are ignored: those of X.509 could name another key, or a URL. */
    private static final Set<String> MEMBERS = Set.of("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y");
    private static final String KEY_OPERATIONS = "key_ops";

    KeySet {
        keys = List.copyOf(keys);
    }

    /** @throws KeysException if the text is not a JWK set, or has a private key or no usable one */
    static KeySet parse(String text) throws KeysException {
        List<PublicJsonWebKey> keys = new ArrayList<>();
        Set<PublicKey> revealed = new HashSet<>();
        boolean hasPrivateKey = false;
        List<?> entries = entries(text);
        if (entries.size() > MAX_KEYS) {
            throw new KeysException(KeysFault.UNUSABLE, "it has more than " + MAX_KEYS + " keys");
        }
        for (Object entry : entries) {
            if (entry instanceof Map<?, ?> jwk && jwk.get("kty") instanceof String type && TYPES.contains(type)) {
                Optional<PublicJsonWebKey> key = known(jwk).flatMap(KeySet::usableKey);
                if (jwk.keySet().stream().anyMatch(PRIVATE_MEMBERS::contains)) {
                    hasPrivateKey = true;
                    key.ifPresent(pair -> revealed.add(pair.getPublicKey()));
                } else {
                    key.ifPresent(keys::add);
                }
            }
        }
        if (hasPrivateKey) {
            throw KeysException
                    .privateKeys("it has a private key, and everyone who reads that can sign tokens: the issuer must "
                            + "replace the key", revealed);
        }
        check(keys);
        return new KeySet(keys);
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

    private static void check(List<PublicJsonWebKey> keys) throws KeysException {
        if (keys.isEmpty()) {
            throw new KeysException(KeysFault.UNUSABLE, "it has no usable key for signatures");
        }
        if (keys.stream().map(PublicJsonWebKey::getKeyId).filter(Objects::nonNull)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())).values().stream()
                .anyMatch(number -> number > MAX_KEYS_WITH_ONE_ID)) {
            throw new KeysException(KeysFault.UNUSABLE, "it has more than " + MAX_KEYS_WITH_ONE_ID + " keys with one id");
        }
    }

    /** @return the members that matter; empty if one has the wrong type, such as a list of uses */
    private static Optional<Map<String, Object>> known(Map<?, ?> jwk) {
        Map<String, Object> known = new HashMap<>();
        for (String name : MEMBERS) {
            if (jwk.get(name) instanceof String value) {
                known.put(name, value);
            } else if (jwk.containsKey(name)) {
                return Optional.empty();
            }
        }
        if (jwk.get(KEY_OPERATIONS) instanceof List<?> operations
                && operations.stream().allMatch(String.class::isInstance)) {
            known.put(KEY_OPERATIONS, List.copyOf(operations));
        } else if (jwk.containsKey(KEY_OPERATIONS)) {
            return Optional.empty();
        }
        return Optional.of(known);
    }

    private static Optional<PublicJsonWebKey> usableKey(Map<String, Object> members) {
        try {
            return JsonWebKey.Factory.newJwk(members) instanceof PublicJsonWebKey key && isUsable(key) ? Optional.of(key)
                    : Optional.empty();
        } catch (JoseException | RuntimeException e) {
            // Of an unknown curve, for example.
            return Optional.empty();
        }
    }

    private static boolean isUsable(PublicJsonWebKey key) {
        return !(key instanceof RsaJsonWebKey rsa && rsa.getRsaPublicKey().getModulus().bitLength() > MAX_RSA_BITS)
                && IssuerSettings.ALGORITHMS.stream()
                        .anyMatch(algorithm -> !VerificationKeys.fitting(algorithm, List.of(key)).isEmpty());
    }

    /** @return whether both have the same keys for the same uses, in any order */
    boolean hasKeysOf(KeySet other) {
        return members().equals(other.members());
    }

    private Set<Map<String, Object>> members() {
        return keys.stream().map(key -> key.toParams(OutputControlLevel.PUBLIC_ONLY)).collect(Collectors.toSet());
    }

    /** @return the set without some keys, whatever their ids are; the same set if it has none of them */
    KeySet without(Set<PublicKey> excluded) {
        List<PublicJsonWebKey> rest = keys.stream().filter(key -> !excluded.contains(key.getPublicKey())).toList();
        return rest.size() == keys.size() ? this : new KeySet(rest);
    }

    @Override
    public String toString() {
        return "KeySet[" + keys.size() + "]";
    }
}
