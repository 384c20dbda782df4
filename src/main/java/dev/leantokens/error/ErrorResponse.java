package dev.leantokens.error;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.vertx.core.json.JsonObject;

/**
 * The error response of RFC 6749 §5.2, rendered as an HTTP response or as the text of a tool result. Immutable.
 *
 * @param status the HTTP status
 * @param members the JSON object's members: {@code error}, usually {@code error_description}, and any others of Lean's
 *        error; null members are omitted
 * @param retryAfter the delay before a retry makes sense, if known
 */
public record ErrorResponse(int status, Map<String, Object> members, Optional<Duration> retryAfter) {

    public static final String ERROR = "error";
    public static final String ERROR_DESCRIPTION = "error_description";
    public static final String ERROR_URI = "error_uri";

    /** The header of challenges (RFC 9110 §11.6.1). */
    public static final String WWW_AUTHENTICATE = "WWW-Authenticate";

    /** The challenge of the scheme Basic (RFC 7617 §2). */
    public static final String BASIC_CHALLENGE = "Basic realm=\"lean-authentication-tokens\", charset=\"UTF-8\"";

    /** The authentication schemes, which every 401 must list (RFC 9110 §11.6.1). */
    private static final String CHALLENGES = ErrorResponse.BASIC_CHALLENGE
            + ", Bearer realm=\"lean-authentication-tokens\"";

    private static final String INVALID_CLIENT = "invalid_client";
    private static final String UNAUTHORIZED_CLIENT = "unauthorized_client";

    public ErrorResponse {
        Map<String, Object> present = new LinkedHashMap<>(members);
        present.values().removeIf(Objects::isNull);
        members = Collections.unmodifiableMap(present);
    }

    static ErrorResponse of(TokenError error, String description) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(ERROR, error.code());
        members.put(ERROR_DESCRIPTION, description);
        return new ErrorResponse(error.status(), members, Optional.empty());
    }

    /** @return the same response with a retry delay, which the description also states */
    ErrorResponse retryAfter(Duration wait) {
        Map<String, Object> changed = new LinkedHashMap<>(members);
        changed.computeIfPresent(ERROR_DESCRIPTION,
                (name, text) -> text + "; retry after " + wholeSeconds(wait) + " s");
        return new ErrorResponse(status, changed, Optional.of(wait));
    }

    /** @return whether client authentication failed (RFC 6749 §5.2), whatever the client requests */
    public boolean isAboutClient() {
        return !isAboutAuthorization() && (status == 401 || INVALID_CLIENT.equals(members.get(ERROR)));
    }

    /** @return whether an authenticated client is not authorized for its request (RFC 6749 §5.2) */
    public boolean isAboutAuthorization() {
        return UNAUTHORIZED_CLIENT.equals(members.get(ERROR));
    }

    /** @return the body of the response */
    public String json() {
        return new JsonObject(members).encode();
    }

    /** @return the headers of the response, without the content type */
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        headers.put("Pragma", "no-cache");
        if (status == 401) {
            headers.put(WWW_AUTHENTICATE, CHALLENGES);
        }
        retryAfter.ifPresent(wait -> headers.put("Retry-After", Long.toString(wholeSeconds(wait))));
        return headers;
    }

    /** Rounds up, at least to 1: a caller that retries too early would be refused again. */
    private static long wholeSeconds(Duration wait) {
        return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
    }

    /** Omits the members: Lean's errors can contain anything. */
    @Override
    public String toString() {
        return "ErrorResponse[" + status + "]";
    }
}
