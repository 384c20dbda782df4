package dev.leantokens.token;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.vertx.core.json.JsonObject;

/**
 * A successful access token response (RFC 6749 §5.1), with all the members that Lean sent. It has been checked against the
 * scope that was requested: there is no other way to make one, wherever its members come from. The token itself is opaque.
 * Immutable and thread-safe.
 */
public final class AccessToken {

    private static final String ACCESS_TOKEN = "access_token";
    private static final String TOKEN_TYPE = "token_type";
    private static final String EXPIRES_IN = "expires_in";
    private static final String REFRESH_TOKEN = "refresh_token";
    private static final String SCOPE = "scope";

    /** No sign, no leading zeros, no white space. */
    private static final Pattern DIGITS = Pattern.compile("0|[1-9][0-9]{0,17}");

    private final Map<String, Object> members;
    private final Scope scope;
    /** Rendered once: a token from the cache is given out many times. Two threads may both do it, to the same effect. */
    private String json;

    private AccessToken(Map<String, Object> members, Scope scope) {
        this.members = Collections.unmodifiableMap(members);
        this.scope = scope;
    }

    /**
     * Reads a response as RFC 6749 §5.1 has it:
     * <ul>
     * <li>{@code access_token} and {@code token_type} are strings that are not blank;
     * <li>{@code expires_in} is missing or a whole number of seconds that is not negative, as a number or, as some servers
     * send it, a string of digits. A number counts by its value: 3599.0 is 3599;
     * <li>{@code refresh_token} is missing or a string;
     * <li>{@code scope} is missing or exactly the requested one, in the same case and with nothing beside it.
     * </ul>
     * Members that are null count as missing and are left out.
     *
     * @param members the response's JSON object
     * @param requested the scope that was requested, which the response may leave out only if it granted that one
     * @throws TokenException {@link TokenError#OTHER_SCOPE} if the token is for another scope, otherwise
     *         {@link TokenError#UNUSABLE_ANSWER}. The message names the member and no value.
     */
    public static AccessToken of(Map<String, ?> members, Scope requested) {
        Map<String, Object> present = new LinkedHashMap<>();
        members.forEach((name, value) -> {
            if (value != null) {
                present.put(name, value);
            }
        });
        requireText(present, ACCESS_TOKEN);
        requireText(present, TOKEN_TYPE);
        if (present.containsKey(REFRESH_TOKEN)) {
            requireText(present, REFRESH_TOKEN);
        }
        present.computeIfPresent(EXPIRES_IN, (name, value) -> seconds(value));
        if (present.containsKey(SCOPE)) {
            requireScope(present, requested);
        }
        return new AccessToken(present, requested);
    }

    private static void requireText(Map<String, ?> members, String name) {
        if (!(members.get(name) instanceof String text) || text.isBlank()) {
            throw unusable(members.containsKey(name) ? name + " is blank or not a string" : name + " is missing");
        }
    }

    private static void requireScope(Map<String, ?> members, Scope requested) {
        if (!(members.get(SCOPE) instanceof String granted)) {
            throw unusable("scope is not a string");
        }
        if (!granted.equals(requested.value())) {
            throw otherScope();
        }
    }

    private static long seconds(Object value) {
        if ((value instanceof Integer || value instanceof Long) && ((Number) value).longValue() >= 0) {
            return ((Number) value).longValue();
        }
        if (value instanceof BigDecimal number && number.signum() >= 0) {
            try {
                return number.longValueExact();
            } catch (ArithmeticException e) {
                throw noSeconds();
            }
        }
        if (value instanceof String text && DIGITS.matcher(text).matches()) {
            return Long.parseLong(text);
        }
        throw noSeconds();
    }

    private static TokenException noSeconds() {
        return unusable("expires_in is not a whole number of seconds");
    }

    private static TokenException unusable(String reason) {
        return TokenError.UNUSABLE_ANSWER.because("unusable response from Lean: " + reason);
    }

    /** @return the failure of a request for which a token for another scope came */
    static TokenException otherScope() {
        return TokenError.OTHER_SCOPE
                .because("Lean returned a token for another scope than requested, it was discarded. If this "
                        + "repeats, the operator of this service has to check what is on the way to Lean");
    }

    /** @return whether it was requested for this scope */
    boolean isFor(Scope other) {
        return scope.equals(other);
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
        return new AccessToken(changed, scope);
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
