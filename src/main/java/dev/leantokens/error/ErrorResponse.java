package dev.leantokens.error;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.vertx.core.json.JsonObject;

/**
 * The error response of RFC 6749 §5.2, which both adapters render: as an HTTP response, and as the text of a tool's
 * result. Immutable.
 *
 * @param status the HTTP status
 * @param members the JSON object's members: {@code error}, mostly {@code error_description}, and whatever else Lean
 *        put into its error; members that are null are left out
 * @param retryAfter when it makes sense to come again, if that is known
 */
public record ErrorResponse(int status, Map<String, Object> members, Optional<Duration> retryAfter) {

    public static final String ERROR = "error";
    public static final String ERROR_DESCRIPTION = "error_description";
    public static final String ERROR_URI = "error_uri";

    /** RFC 9110 §11.6.1: every 401 names the schemes by which the caller can authenticate. */
    private static final String CHALLENGES = "Basic realm=\"lean-authentication-tokens\", charset=\"UTF-8\", "
            + "Bearer realm=\"lean-authentication-tokens\"";

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

    /** @return the same, with the time after which it makes sense to come again, which the description also says */
    ErrorResponse retryAfter(Duration wait) {
        Map<String, Object> changed = new LinkedHashMap<>(members);
        changed.computeIfPresent(ERROR_DESCRIPTION,
                (name, text) -> text + ", come again in " + wholeSeconds(wait) + " s");
        return new ErrorResponse(status, changed, Optional.of(wait));
    }

    /** @return whether it says that client authentication failed (RFC 6749 §5.2), whatever the client requests */
    public boolean isAboutClient() {
        return !isAboutAuthorization() && (status == 401 || INVALID_CLIENT.equals(members.get(ERROR)));
    }

    /** @return whether it says that an authenticated client is not authorized for what it requests (RFC 6749 §5.2) */
    public boolean isAboutAuthorization() {
        return UNAUTHORIZED_CLIENT.equals(members.get(ERROR));
    }

    /** @return the response's body */
    public String json() {
        return new JsonObject(members).encode();
    }

    /** @return the headers that belong to the response, without its content type */
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        headers.put("Pragma", "no-cache");
        if (status == 401) {
            headers.put("WWW-Authenticate", CHALLENGES);
        }
        retryAfter.ifPresent(wait -> headers.put("Retry-After", Long.toString(wholeSeconds(wait))));
        return headers;
    }

    /** Rounded up, and never 0: a caller that comes too early is sent away again. */
    private static long wholeSeconds(Duration wait) {
        return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
    }

    /** Without the members: those of Lean's own errors say what Lean likes. */
    @Override
    public String toString() {
        return "ErrorResponse[" + status + "]";
    }
}
