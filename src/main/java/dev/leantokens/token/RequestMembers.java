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
 * The members of an access token request as an adapter read them, before any check: from a JSON object, a form or the
 * argument of a tool. Unrecognized members are ignored (RFC 6749 §3.2). Not thread-safe.
 */
public final class RequestMembers {

    static final String SCOPE = "scope";
    static final String GRANT_TYPE = "grant_type";
    static final String CLIENT_ID = "client_id";
    static final String CLIENT_SECRET = "client_secret";

    /** Decoders replace bytes that are not UTF-8 by this character. */
    public static final char REPLACEMENT = '\uFFFD';

    private static final Set<String> RECOGNIZED = Set.of(SCOPE, GRANT_TYPE, CLIENT_ID, CLIENT_SECRET);

    private final Map<String, List<Object>> values = new TreeMap<>();

    /** @return whether a member of this name is recognized */
    public static boolean recognizes(String name) {
        return RECOGNIZED.contains(name);
    }

    /**
     * @param value the member's value: a {@link String}, null, or any other value, which is refused when the member is read
     */
    public RequestMembers add(String name, Object value) {
        if (recognizes(name)) {
            values.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
        }
        return this;
    }

    /** @return whether there is no recognized member */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** @return the recognized members of a map */
    public static RequestMembers of(Map<String, ?> map) {
        RequestMembers members = new RequestMembers();
        map.forEach(members::add);
        return members;
    }

    /**
     * @return the member's value; empty if it is missing, null or empty, which are the same by RFC 6749 §3.2
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

    /** Includes only the names: a value can be a secret. */
    @Override
    public String toString() {
        return "RequestMembers" + values.keySet();
    }
}
