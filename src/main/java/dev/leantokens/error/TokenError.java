package dev.leantokens.error;

import java.util.Locale;

/**
 * The ways in which a request ends without a token: the status over HTTP and the error code of RFC 6749 §5.2 that
 * go with each. {@code server_error} and {@code temporarily_unavailable} are borrowed from §4.1.2.1, since §5.2 has no
 * code for a fault that is not the client's.
 */
public enum TokenError {
    /** Malformed, or a member other than the scope missing, or any repeated or of the wrong type. */
    INVALID_REQUEST(400, "invalid_request"),
    /** The scope is missing, malformed, not one that this service issues, or not one that the client may have. */
    INVALID_SCOPE(400, "invalid_scope"),
    /** Another grant than client credentials. */
    UNSUPPORTED_GRANT_TYPE(400, "unsupported_grant_type"),
    /** The caller is unknown, its secret is wrong, or it sent none where one is needed. */
    CALLER_REFUSED(401, "invalid_client"),
    /** Lean refused what the caller sent; status and code are Lean's own. */
    REFUSED_BY_LEAN(400, "invalid_request"),
    /** The request was made under a name, or from a web page, that this service does not serve. */
    FOREIGN_HOST(403, "invalid_request"),
    /** Nothing is served at this path. */
    NOT_FOUND(404, "invalid_request"),
    /** The path is served, by another method. */
    METHOD_NOT_ALLOWED(405, "invalid_request"),
    /** The caller accepts none of the media types that there are. */
    NOT_ACCEPTABLE(406, "invalid_request"),
    /** The body is larger than any token request. */
    TOO_LARGE(413, "invalid_request"),
    /** The body is neither JSON nor a form. */
    UNSUPPORTED_MEDIA_TYPE(415, "invalid_request"),
    /** The body has a content coding, such as gzip. */
    UNSUPPORTED_CONTENT_CODING(415, "invalid_request"),
    /** Lean throttles. */
    THROTTLED(429, "temporarily_unavailable"),
    /** As many calls as Lean allows have been made already, so Lean is not asked. */
    BUDGET_SPENT(429, "temporarily_unavailable"),
    /** A fault of this service. */
    INTERNAL(500, "server_error"),
    /** Lean refused the service's own credentials: an operator must act. */
    SERVICE_CREDENTIALS_REFUSED(502, "server_error"),
    /** Lean accepts the service's own credentials, and does not allow it what was requested: an operator must act. */
    SERVICE_NOT_AUTHORIZED(502, "server_error"),
    /** Lean's answer is neither a token nor an error. */
    UNUSABLE_ANSWER(502, "server_error"),
    /** What answers is no token endpoint: an operator must correct where Lean is asked. */
    WRONG_ENDPOINT(502, "server_error"),
    /** Lean's token is for another scope than the requested one: an operator must act, answers may have changed hands. */
    OTHER_SCOPE(502, "server_error"),
    /** The service has no credentials of its own and the caller sent none. */
    NO_CREDENTIALS(503, "temporarily_unavailable"),
    /** Lean cannot be reached, or what is in front of it says so: 502, 503 or 504. */
    LEAN_UNAVAILABLE(503, "temporarily_unavailable"),
    /** No secure connection to Lean can be made: its certificate is not accepted here, or this service's not there. */
    LEAN_UNTRUSTED(503, "temporarily_unavailable"),
    /** Lean fails by itself: 500 or another 5xx, or a 4xx about the connection that a new connection did not change. */
    LEAN_FAILED(503, "temporarily_unavailable"),
    /** Lean has kept failing, so it is not asked for a while. */
    BREAKER_OPEN(503, "temporarily_unavailable"),
    /** More calls to Lean are wanted than are made at a time. */
    TOO_MANY_CALLS(503, "temporarily_unavailable"),
    /** Lean did not answer in time. */
    LEAN_TIMED_OUT(504, "temporarily_unavailable");

    private final int status;
    private final String code;

    TokenError(int status, String code) {
        this.status = status;
        this.code = code;
    }

    /** @return what it is called in metrics */
    public String reason() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @return the HTTP status */
    public int status() {
        return status;
    }

    /** @return the {@code error} member of the error response */
    public String code() {
        return code;
    }

    /**
     * @param description what is wrong and what to do about it, for the caller's eyes: plain ASCII without quotes and
     *        backslashes (RFC 6749 §5.2), and never a value that was received
     */
    public TokenException because(String description) {
        return new TokenException(this, ErrorResponse.of(this, description), null);
    }

    /** @param cause for the log only; its message must be free of secrets and of what was received */
    public TokenException because(String description, Throwable cause) {
        return new TokenException(this, ErrorResponse.of(this, description), cause);
    }
}
