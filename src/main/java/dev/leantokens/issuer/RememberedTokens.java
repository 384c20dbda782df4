package dev.leantokens.issuer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import org.jose4j.jwk.PublicJsonWebKey;

import dev.leantokens.issuer.Verification.Verified;

/**
 * Remembers verified tokens, so that only the first request with a token costs a signature. A token is forgotten when it
 * expires or the keys of its issuer change. Keeps digests of tokens only. Thread-safe.
 */
final class RememberedTokens {

    static final int MAX_TOKENS = 10_000;
    /** What they take in all, which depends on their claims: a token can have more than a thousand OAuth scopes. */
    static final long MAX_BYTES = 8L * 1024 * 1024;
    private static final int BYTES_OF_A_TOKEN = 512;
    private static final int BYTES_OF_A_TEXT = 96;

    private static final int KEY_BYTES = 32;
    private static final String ALGORITHM = "SHA-256";

    private final byte[] key = newKey();
    private final Map<Digest, Remembered> tokens = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    private static final class Remembered {

        private final Verified verified;
        private final TrustedIssuer issuer;
        private final List<PublicJsonWebKey> keys;

        Remembered(Verified verified, TrustedIssuer issuer, List<PublicJsonWebKey> keys) {
            this.verified = verified;
            this.issuer = issuer;
            this.keys = keys;
        }

        /** @return roughly what it takes in memory */
        int bytes() {
            FederatedIdentity identity = verified.identity();
            int texts = identity.oauthScopes().stream().mapToInt(scope -> BYTES_OF_A_TEXT + scope.length()).sum();
            return BYTES_OF_A_TOKEN + 2 * identity.subject().length() + identity.name().length() + texts
                    + identity.scopes().size() * BYTES_OF_A_TEXT;
        }

        boolean isValid(Instant now) {
            // The same list, as keys that have not changed are not replaced.
            return TokenClaims.isBefore(now, verified.identity().expiresAt())
                    && issuer.currentKeys().filter(current -> current == keys).isPresent();
        }
    }

    /** @return a key for the token, and for the audience that it was presented for */
    Digest digest(String token, Optional<String> resource) {
        return new Digest(key, token, resource);
    }

    /** @return the result for the token, if it would be the same now */
    Optional<Verified> find(Digest digest, Instant now) {
        Remembered remembered = tokens.get(digest);
        if (remembered == null) {
            return Optional.empty();
        }
        if (!remembered.isValid(now)) {
            forget(digest, remembered);
            return Optional.empty();
        }
        return Optional.of(remembered.verified);
    }

    /** @param keys those that the token was verified with, as {@link TrustedIssuer#currentKeys} returned them */
    void remember(Digest digest, Verified verified, TrustedIssuer issuer, Optional<List<PublicJsonWebKey>> keys,
            Instant now) {
        if (keys.isEmpty()) {
            return;
        }
        Remembered added = new Remembered(verified, issuer, keys.get());
        if (tokens.size() >= MAX_TOKENS || bytes.get() + added.bytes() > MAX_BYTES) {
            makeRoom(now);
        }
        bytes.addAndGet(added.bytes());
        Remembered replaced = tokens.put(digest, added);
        if (replaced != null) {
            bytes.addAndGet(-replaced.bytes());
        }
    }

    /** Makes room for many, as it reads all. */
    private void makeRoom(Instant now) {
        tokens.forEach((digest, remembered) -> {
            if (!remembered.isValid(now)) {
                forget(digest, remembered);
            }
        });
        if (tokens.size() > MAX_TOKENS / 4 * 3 || bytes.get() > MAX_BYTES / 4 * 3) {
            tokens.forEach(this::forget);
        }
    }

    private void forget(Digest digest, Remembered remembered) {
        if (tokens.remove(digest, remembered)) {
            bytes.addAndGet(-remembered.bytes());
        }
    }

    /** @return roughly what the tokens take in memory */
    long bytes() {
        return bytes.get();
    }

    int size() {
        return tokens.size();
    }

    /** To be created at run time: a native image would share one from its build among all processes. */
    private static byte[] newKey() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /**
     * The SHA-256 of a random key, the audience and the token. Without the key no one can calculate the place of a token in the
     * table. Equality takes constant time.
     */
    static final class Digest {

        private static final int NO_AUDIENCE = -1;

        private final byte[] digest;

        private Digest(byte[] key, String token, Optional<String> resource) {
            MessageDigest sha256 = sha256();
            sha256.update(key);
            // With its length, as what is called a token here can be any text: it must not take the place of the audience.
            byte[] audience = resource.orElse("").getBytes(StandardCharsets.UTF_8);
            sha256.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(resource.isPresent() ? audience.length : NO_AUDIENCE).flip());
            sha256.update(audience);
            this.digest = sha256.digest(token.getBytes(StandardCharsets.UTF_8));
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance(ALGORITHM);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Digest that && MessageDigest.isEqual(digest, that.digest);
        }

        @Override
        public int hashCode() {
            return ByteBuffer.wrap(digest).getInt();
        }
    }
}
