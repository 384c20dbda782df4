package dev.leantokens.store;

import java.util.Arrays;
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
        List<StoreKey> keys = Stream.of(SEPARATOR.split(text)).filter(word -> !word.isEmpty()).map(StoreKey::parse).toList();
        if (keys.isEmpty() || keys.size() > MAX_KEYS) {
            throw new IllegalArgumentException("it has " + keys.size() + " keys instead of one or, during a rotation, two");
        }
        if (keys.size() == MAX_KEYS && Arrays.equals(keys.get(0).id(), keys.get(1).id())) {
            throw new IllegalArgumentException("it has the same key twice");
        }
        return keys;
    }
}
