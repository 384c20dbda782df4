package dev.leantokens.store;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * A newly generated key of 256 random bits, by which replicas seal what they share.
 *
 * @param text the key, as settings have it; it is stored nowhere
 */
public record NewStoreKey(String text) {

    /** What to do with the key, for the operator. */
    public static final String INSTRUCTIONS = """
            This is the key for STORE_KEY, or for the file that STORE_KEY_FILE names. All replicas need the same one.
            To replace a key, first add the new one behind the current one, then swap them, then remove the old one;
            restart or reload all replicas after each step.
            """;

    public static NewStoreKey generate() {
        byte[] bytes = new byte[StoreKey.BYTES];
        new SecureRandom().nextBytes(bytes);
        return new NewStoreKey(Base64.getEncoder().encodeToString(bytes));
    }

    /** Excludes the key. */
    @Override
    public String toString() {
        return "NewStoreKey[masked]";
    }
}
