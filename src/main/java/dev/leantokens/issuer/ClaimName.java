package dev.leantokens.issuer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Names a claim: by its name, or by a JSON Pointer (RFC 6901), which starts with a slash and can lead to a nested claim.
 * Immutable.
 */
final class ClaimName {

    private static final Pattern INVALID_ESCAPE = Pattern.compile("~(?![01])");
    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,3}");

    /** The names of the members from the outermost to the claim. */
    private final List<String> path;

    private ClaimName(List<String> path) {
        this.path = List.copyOf(path);
    }

    /** @throws IllegalArgumentException if the text is empty or an invalid JSON Pointer; the message is for an operator */
    static ClaimName of(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the name of a claim is empty");
        }
        if (text.charAt(0) != '/') {
            return new ClaimName(List.of(text));
        }
        if (INVALID_ESCAPE.matcher(text).find()) {
            throw new IllegalArgumentException("a claim is named by an invalid JSON Pointer: write ~ as ~0");
        }
        List<String> path = new ArrayList<>();
        for (String token : text.substring(1).split("/", -1)) {
            // In this order: ~01 stands for ~1 (RFC 6901 §4).
            path.add(token.replace("~1", "/").replace("~0", "~"));
        }
        return new ClaimName(path);
    }

    /** @return the claim's value; null if it is missing or null */
    Object valueIn(Map<String, Object> claims) {
        Object value = claims;
        for (String token : path) {
            value = value instanceof Map<?, ?> object ? object.get(token)
                    : value instanceof List<?> array ? element(array, token) : null;
        }
        return value;
    }

    private static Object element(List<?> array, String token) {
        int index = INDEX.matcher(token).matches() ? Integer.parseInt(token) : array.size();
        return index < array.size() ? array.get(index) : null;
    }
}
