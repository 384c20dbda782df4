package dev.leantokens.token;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.vertx.core.json.JsonObject;

/**
 * A successful access token response (RFC 6749 §5.1), with all the members that Lean sent. The token itself is
 * opaque. Immutable and thread-safe.
 */
public final class AccessToken {

    private static final String ACCESS_TOKEN = "access_token";
    private static final String TOKEN_TYPE = "token_type";
    private static final String EXPIRES_IN = "expires_in";

    private final Map<String, Object> members;
    /** Rendered once: a token from the cache is given out many times. Two threads may both do it, to the same effect. */
    private String json;

    private AccessToken(Map<String, Object> members) {
        this.members = members;
    }

    /**
     * @param members the response's JSON object
     * @throws IllegalArgumentException if it is not what RFC 6749 §5.1 requires: {@code access_token} and
     *         {@code token_type} strings that say something, {@code expires_in} left out or a whole number of seconds
     *         that is not negative. The message names the member and no value.
     */
    public static AccessToken of(Map<String, ?> members) {
        requireText(members, ACCESS_TOKEN);
        requireText(members, TOKEN_TYPE);
        Object expiresIn = members.get(EXPIRES_IN);
        if (expiresIn != null && !isSeconds(expiresIn)) {
            throw new IllegalArgumentException(EXPIRES_IN + " is not a number of seconds");
        }
        return new AccessToken(Collections.unmodifiableMap(new LinkedHashMap<>(members)));
    }

    private static void requireText(Map<String, ?> members, String name) {
        if (!(members.get(name) instanceof String text) || text.isBlank()) {
            throw new IllegalArgumentException(name + " is missing");
        }
    }

    private static boolean isSeconds(Object value) {
        return (value instanceof Integer || value instanceof Long) && ((Number) value).longValue() >= 0;
    }

    /** @return the response's members, in Lean's order */
    public Map<String, Object> members() {
        return members;
    }

    /** @return for how long the token was valid when Lean answered; empty if Lean did not say */
    public Optional<Duration> expiresIn() {
        return Optional.ofNullable((Number) members.get(EXPIRES_IN)).map(seconds -> Duration.ofSeconds(seconds.longValue()));
    }

    /** @return the same response with another {@code expires_in}, in the same place */
    AccessToken withExpiresIn(long seconds) {
        Map<String, Object> changed = new LinkedHashMap<>(members);
        changed.put(EXPIRES_IN, seconds);
        return new AccessToken(Collections.unmodifiableMap(changed));
    }

    /** @return the response's JSON object as text */
    public String json() {
        String rendered = json;
        if (rendered == null) {
            rendered = new JsonObject(members).encode();
            json = rendered;
        }
        return rendered;
    }

    /** Never the token. */
    @Override
    public String toString() {
        return "AccessToken[masked]";
    }
}
