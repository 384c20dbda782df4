package dev.leantokens.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Authenticates local clients. A secret is looked up by a {@link KeyedDigest} with a random key for each instance, and the id
 * is compared afterwards. The time of a lookup therefore depends on the length of the presented credentials only, not on the
 * number of clients or on which ids exist. Immutable, except for what it remembers.
 */
final class LocalClients {

    /** Limits their memory, and the time to load them. */
    static final int MAX_CLIENTS = 10_000;

    private final AuthenticatedHeaders headers = new AuthenticatedHeaders();
    private final byte[] key = KeyedDigest.newKey();
    private final Map<KeyedDigest, LocalClient> owners = new HashMap<>();
    private final Map<CertificatePattern, LocalClient> certified = new LinkedHashMap<>();
    /** Those whose overlap has been reported. */
    private final Set<String> overlapping = ConcurrentHashMap.newKeySet();
    private final int size;

    /**
     * @throws IllegalArgumentException if there are too many, or two have the same id, secret or certificate; the message has
     *         the id
     */
    LocalClients(List<LocalClient> clients) {
        if (clients.size() > MAX_CLIENTS) {
            throw new IllegalArgumentException("more than " + MAX_CLIENTS + " local clients are configured");
        }
        this.size = clients.size();
        Set<String> ids = new HashSet<>();
        for (LocalClient client : clients) {
            if (!ids.add(client.id())) {
                throw new IllegalArgumentException("local client " + client.id() + " is configured twice");
            }
            for (SecretDigest secret : client.secrets()) {
                if (owners.putIfAbsent(new KeyedDigest(key, secret), client) != null) {
                    throw new IllegalArgumentException("local client " + client.id() + " has a secret that is already in use");
                }
            }
            client.certificate().ifPresent(pattern -> {
                if (certified.putIfAbsent(pattern, client) != null) {
                    throw new IllegalArgumentException("local client " + client.id()
                            + " has the same certificate as another one");
                }
            });
        }
    }

    int size() {
        return size;
    }

    /** @return the headers that these clients have authenticated with */
    AuthenticatedHeaders headers() {
        return headers;
    }

    /** @return the client with this id and secret; empty for an unknown id as for a wrong secret */
    Optional<LocalClient> find(String id, String secret) {
        return find(secret).filter(client -> client.id().equals(id));
    }

    /**
     * Looks up every reading, so that the time does not tell which one matches. At most one does, as ids are unique.
     *
     * @param readings the possible readings of one presented secret
     * @return the client with this id and one of the readings as its secret
     */
    Optional<LocalClient> find(String id, Set<String> readings) {
        Optional<LocalClient> owner = Optional.empty();
        for (String reading : readings) {
            Optional<LocalClient> found = find(id, reading);
            owner = found.isPresent() ? found : owner;
        }
        return owner;
    }

    /** @return the client with this secret */
    Optional<LocalClient> find(String secret) {
        return Optional.ofNullable(owners.get(new KeyedDigest(key, SecretDigest.of(secret))));
    }

    /** @return whether certificates authenticate any of them */
    boolean haveCertificates() {
        return !certified.isEmpty();
    }

    /** @return the clients that a certificate with these names authenticates; more than one if patterns overlap */
    List<LocalClient> find(CertificatePattern.Names names) {
        return certified.entrySet().stream().filter(client -> client.getKey().matches(names)).map(Map.Entry::getValue).toList();
    }

    /**
     * @param owners clients to which one certificate belongs
     * @return whether this is the first such certificate of one of them
     */
    boolean isNewOverlap(List<LocalClient> owners) {
        return owners.stream().filter(client -> overlapping.add(client.id())).count() > 0;
    }

    /**
     * The SHA-256 of a random key, and a {@link SecretDigest} or a header. Equality takes constant time.
     * <p>
     * Without the key it cannot be calculated, so the bucket of the hash table that a guessed secret falls into is unrelated to
     * the guess. With plain digests a caller could calculate the buckets of guesses, measure which of them are occupied, and
     * rule out most guesses without presenting them.
     * <p>
     * HMAC is not needed: its second pass prevents the extension of messages whose results are known, but no result leaves this
     * class.
     */
    static final class KeyedDigest {

        private static final int KEY_BYTES = 32;

        private final byte[] digest;

        /** @param key from {@link #newKey} */
        KeyedDigest(byte[] key, SecretDigest secret) {
            MessageDigest sha256 = SecretDigest.sha256();
            sha256.update(key);
            secret.addTo(sha256);
            this.digest = sha256.digest();
        }

        KeyedDigest(byte[] key, String header) {
            MessageDigest sha256 = SecretDigest.sha256();
            sha256.update(key);
            this.digest = sha256.digest(header.getBytes(StandardCharsets.UTF_8));
        }

        /**
         * @return a random key. To be created at run time: a native image would share one from its build among all processes
         */
        static byte[] newKey() {
            byte[] key = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(key);
            return key;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof KeyedDigest that && MessageDigest.isEqual(digest, that.digest);
        }

        @Override
        public int hashCode() {
            return ByteBuffer.wrap(digest).getInt();
        }
    }
}
