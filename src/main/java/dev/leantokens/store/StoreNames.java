package dev.leantokens.store;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The names of keys in Redis. The hash tag in braces puts what belongs to one client of Lean into one slot of a cluster, so
 * that a script can use all of it. What belongs to all replicas is in another slot. Digests hide the ids. Immutable and
 * thread-safe.
 *
 * @param prefix the start of all names
 * @param environment distinguishes Lean's environments; not a secret
 */
record StoreNames(String prefix, String environment) {

    /** @param lean the authorization host of Lean; empty for the stand-in, whose address is another one in each replica */
    static StoreNames of(String prefix, Optional<URI> lean) {
        String name = lean.map(URI::toString).orElse("stand-in");
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return new StoreNames(prefix, HexFormat.of().formatHex(Arrays.copyOf(digest, 4)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** @return the channel on which replicas notify each other */
    String channel() {
        return prefix + ":" + environment;
    }

    /** @return the key of something that belongs to all replicas */
    String fleet(String kind) {
        return prefix + ":{" + environment + "}:" + kind;
    }

    /**
     * @param clientId a client of Lean; its case does not matter
     * @param kind the kind of thing, with a digest if there are several of it
     * @return the key of something that belongs to this client
     */
    String client(StoreKey key, String clientId, String kind) {
        return prefix + ":{" + key.digest(environment + " client " + clientId.toLowerCase(Locale.ROOT)) + "}:" + kind;
    }
}
