package dev.leantokens.token;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

/**
 * The members of a token request as an adapter met them, before any rule was applied: from a JSON object, from a
 * form, from a tool's argument. Keeps the recognized ones and forgets the rest, which RFC 6749 §3.2 has ignored.
 * Not thread-safe; lives as long as the reading of one request.
 */
public final class RequestMembers {

    static final String SCOPE = "scope";
    static final String GRANT_TYPE = "grant_type";
    static final String CLIENT_ID = "client_id";
    static final String CLIENT_SECRET = "client_secret";

    /** What decoders put in the place of bytes that are not UTF-8: the value is not the one that was meant. */
    public static final char REPLACEMENT = '\uFFFD';

    private static final Set<String> RECOGNIZED = Set.of(SCOPE, GRANT_TYPE, CLIENT_ID, CLIENT_SECRET);

    private final Map<String, List<Object>> values = new TreeMap<>();

    /** @return whether a member of this name means anything here */
    public static boolean recognizes(String name) {
        return RECOGNIZED.contains(name);
    }

    /**
     * @param value the member's value: a {@link String}, null, or anything else that the adapter's format has, which
     *        is then refused when the member is read
     */
    public RequestMembers add(String name, Object value) {
        if (recognizes(name)) {
            values.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
        }
        return this;
    }

    /** @return whether there is no member that means anything here */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** @return the members of a map, in which none can be repeated */
    public static RequestMembers of(Map<String, ?> map) {
        RequestMembers members = new RequestMembers();
        map.forEach(members::add);
        return members;
    }

    /**
     * @return the member's value; empty if it is absent, null or empty, which RFC 6749 §3.2 has treated alike
     * @throws TokenException {@code invalid_request} if the member is repeated, not a string or not UTF-8
     */
    Optional<String> string(String name) {
        List<Object> found = values.getOrDefault(name, List.of());
        if (found.size() > 1) {
            throw TokenError.INVALID_REQUEST.because(name + " is repeated");
        }
        if (found.isEmpty() || found.get(0) == null) {
            return Optional.empty();
        }
        if (!(found.get(0) instanceof String text)) {
            throw TokenError.INVALID_REQUEST.because(name + " must be a string");
        }
        if (text.indexOf(REPLACEMENT) >= 0) {
            throw TokenError.INVALID_REQUEST.because(name + " is not UTF-8");
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** The names only: a value can be a secret. */
    @Override
    public String toString() {
        return "RequestMembers" + values.keySet();
    }
}
