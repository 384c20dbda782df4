package dev.leantokens.store;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the keys of STORE_KEY and STORE_KEY_FILE. */
final class ConfiguredKeys {

    /** While one key replaces the other, there are two. */
    private static final int MAX_KEYS = 2;
    private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");

    private ConfiguredKeys() {
    }

    /**
     * @param text one key, or two that are separated by a comma or white space
     * @throws IllegalArgumentException if it is something else; the message does not quote it
     */
    static List<StoreKey> parse(String text) {
        List<String> words = Stream.of(SEPARATOR.split(text)).filter(word -> !word.isEmpty()).toList();
        if (words.isEmpty() || words.size() > MAX_KEYS) {
            throw new IllegalArgumentException(
                    "it has " + words.size() + " words instead of one key or, during a rotation, two");
        }
        List<StoreKey> keys = words.stream().map(StoreKey::parse).toList();
        if (keys.size() == MAX_KEYS && Arrays.equals(keys.get(0).id(), keys.get(1).id())) {
            throw new IllegalArgumentException("it has the same key twice");
        }
        return keys;
    }

    /** @return which keys these are, for an operator who compares replicas */
    static String describe(List<StoreKey> keys) {
        return "key " + id(keys.get(0)) + " seals" + (keys.size() == 1 ? "" : ", and key " + id(keys.get(1)) + " only opens");
    }

    private static String id(StoreKey key) {
        return HexFormat.of().formatHex(key.id());
    }
}
