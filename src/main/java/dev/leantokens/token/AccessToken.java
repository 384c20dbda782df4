package dev.leantokens.token;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.vertx.core.json.JsonObject;

/**
 * A successful access token response (RFC 6749 §5.1), with all members that Lean sent. Can only be created for the scope that
 * was requested. The token itself is opaque. Immutable and thread-safe.
 */
public final class AccessToken {

    private static final String ACCESS_TOKEN = "access_token";
    private static final String TOKEN_TYPE = "token_type";
    private static final String EXPIRES_IN = "expires_in";
    private static final String REFRESH_TOKEN = "refresh_token";
    private static final String SCOPE = "scope";

    /** No sign, leading zeros or white space; fits into a long. */
    private static final Pattern DIGITS = Pattern.compile("0|[1-9][0-9]{0,17}");

    private final Scope scope;
    private final byte[] sha256;
    /** Rendered once, since a cached token is served many times. */
    private final byte[] json;
    /** In seconds; negative without {@code expires_in}. */
    private final long lifetime;
    /** The position after the digits of {@code expires_in}; not used without it. */
    private final int digitsEnd;
    /** Rendered once, and only over MCP. Volatile, so that no thread sees an array without its content. */
    private volatile byte[] escaped;

    private AccessToken(Scope scope, byte[] sha256, byte[] json, long lifetime, int digitsEnd) {
        this.scope = scope;
        this.sha256 = sha256;
        this.json = json;
        this.lifetime = lifetime;
        this.digitsEnd = digitsEnd;
    }

    /**
     * Checks a response (RFC 6749 §5.1):
     * <ul>
     * <li>{@code access_token} and {@code token_type} are non-blank strings;
     * <li>{@code expires_in} is missing or a non-negative whole number of seconds, as a number (3599.0 is 3599) or, as some
     * servers send it, a string of digits;
     * <li>{@code refresh_token} is missing or a non-blank string;
     * <li>{@code scope} is missing or equal to the requested scope.
     * </ul>
     * Members that are null count as missing and are left out.
     *
     * @param members the response's JSON object
     * @param requested the requested scope; a response without a scope grants exactly this one
     * @throws TokenException {@link TokenError#OTHER_SCOPE} if the token is for another scope, otherwise
     *         {@link TokenError#UNUSABLE_ANSWER}. The message names the member and excludes its value
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
        return rendered(present, requested);
    }

    /** Renders the members up to {@code expires_in} apart from the others, to know the position of its digits. */
    private static AccessToken rendered(Map<String, Object> members, Scope scope) {
        Map<String, Object> first = new LinkedHashMap<>();
        Map<String, Object> others = new LinkedHashMap<>();
        members.forEach((name, value) -> (first.containsKey(EXPIRES_IN) ? others : first).put(name, value));
        byte[] json = encode(first);
        int digitsEnd = json.length - 1;
        if (!others.isEmpty()) {
            byte[] rest = encode(others);
            rest[0] = ',';
            json = ByteBuffer.allocate(digitsEnd + rest.length).put(json, 0, digitsEnd).put(rest).array();
        }
        return new AccessToken(scope, sha256((String) members.get(ACCESS_TOKEN)), json,
                members.get(EXPIRES_IN) instanceof Long seconds ? seconds : -1, digitsEnd);
    }

    private static byte[] sha256(String token) {
        try {
            return Base64.getUrlEncoder().withoutPadding().encode(
                    MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** By way of a string, which accepts unpaired surrogates. */
    private static byte[] encode(Map<String, Object> members) {
        return new JsonObject(members).encode().getBytes(StandardCharsets.UTF_8);
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
                throw notSeconds();
            }
        }
        if (value instanceof String text && DIGITS.matcher(text).matches()) {
            return Long.parseLong(text);
        }
        throw notSeconds();
    }

    private static TokenException notSeconds() {
        return unusable("expires_in is not a whole number of seconds");
    }

    private static TokenException unusable(String reason) {
        return TokenError.UNUSABLE_ANSWER.because("unusable response from Lean: " + reason);
    }

    private static TokenException otherScope() {
        return TokenError.OTHER_SCOPE
                .because("Lean returned a token for a scope other than the requested one; it was discarded. If this repeats, "
                        + "the operator of this service must check the proxies and gateways between it and Lean");
    }

    /** @throws TokenException {@link TokenError#OTHER_SCOPE} if the token is for another scope */
    void requireFor(Scope requested) {
        if (!isFor(requested)) {
            throw otherScope();
        }
    }

    /** @return whether the token was requested for this scope */
    boolean isFor(Scope other) {
        return scope.equals(other);
    }

    /** @return the lifetime of the token when Lean answered; empty if Lean did not say */
    public Optional<Duration> expiresIn() {
        return lifetime < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(lifetime));
    }

    /** @return whether this is what {@link #withExpiresIn} returns for these seconds */
    boolean hasExpiresIn(long seconds) {
        return lifetime == seconds;
    }

    /** @return the same response, which must have an {@code expires_in}, with another one at the same position */
    AccessToken withExpiresIn(long seconds) {
        int digitsStart = digitsEnd - digits(lifetime).length;
        byte[] digits = digits(seconds);
        byte[] spliced = ByteBuffer.allocate(digitsStart + digits.length + json.length - digitsEnd)
                .put(json, 0, digitsStart).put(digits).put(json, digitsEnd, json.length - digitsEnd).array();
        return new AccessToken(scope, sha256, spliced, seconds, digitsStart + digits.length);
    }

    private static byte[] digits(long seconds) {
        return Long.toString(seconds).getBytes(StandardCharsets.US_ASCII);
    }

    /** @return the response's JSON object in UTF-8. Shared by all callers of the same second, so it must not be changed */
    public byte[] bytes() {
        return json;
    }

    /**
     * @return the SHA-256 of the token itself, in Base64 for URLs without padding (as {@code x5t#S256} of RFC 7515): it tells
     *         which token this is and gives no access. Shared, so it must not be changed
     */
    public byte[] sha256() {
        return sha256;
    }

    /** @return {@link #bytes} as they are within a JSON string: their quotes and backslashes are escaped */
    public byte[] escapedBytes() {
        byte[] rendered = escaped;
        if (rendered == null) {
            rendered = JsonStringEncoder.getInstance().quoteAsUTF8(json());
            escaped = rendered;
        }
        return rendered;
    }

    /** @return the response's JSON object as text */
    public String json() {
        return new String(json, StandardCharsets.UTF_8);
    }

    /** Excludes the token. */
    @Override
    public String toString() {
        return "AccessToken[masked]";
    }
}
