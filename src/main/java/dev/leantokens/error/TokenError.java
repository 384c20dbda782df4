package dev.leantokens.error;

import java.util.Locale;

/**
 * The reasons for which a request ends without a token, with the HTTP status and the error code of RFC 6749 §5.2 of each.
 * {@code server_error} and {@code temporarily_unavailable} are borrowed from §4.1.2.1, since §5.2 has no code for faults of a
 * server.
 */
public enum TokenError {
    /** Malformed: a required member other than the scope is missing, or a member is repeated or has the wrong type. */
    INVALID_REQUEST(400, "invalid_request"),
    /** The scope is missing, malformed, not issued here, or not allowed for the client. */
    INVALID_SCOPE(400, "invalid_scope"),
    /** A grant other than client credentials. */
    UNSUPPORTED_GRANT_TYPE(400, "unsupported_grant_type"),
    /** The caller is unknown, or its secret is wrong or missing. */
    CALLER_REFUSED(401, "invalid_client"),
    /** Lean refused the caller's credentials or request; status and code are those of Lean. */
    REFUSED_BY_LEAN(400, "invalid_request"),
    /** The caller's access token does not have the scopes that MCP needs (RFC 6750 §3.1). */
    INSUFFICIENT_SCOPE(403, "insufficient_scope"),
    /** The request names a host, or comes from a web page, that is not allowed. */
    FOREIGN_HOST(403, "invalid_request"),
    /** Nothing is served at this path. */
    NOT_FOUND(404, "invalid_request"),
    /** The path is served by other methods only. */
    METHOD_NOT_ALLOWED(405, "invalid_request"),
    /** The caller accepts none of the available media types. */
    NOT_ACCEPTABLE(406, "invalid_request"),
    /** The body is larger than any token request. */
    TOO_LARGE(413, "invalid_request"),
    /** The body is neither JSON nor a form. */
    UNSUPPORTED_MEDIA_TYPE(415, "invalid_request"),
    /** The body has a content coding, such as gzip. */
    UNSUPPORTED_CONTENT_CODING(415, "invalid_request"),
    /** Lean throttles this client. */
    THROTTLED(429, "temporarily_unavailable"),
    /** The call budget for Lean is used up, so Lean is not called. */
    BUDGET_SPENT(429, "temporarily_unavailable"),
    /** A fault of this service. */
    INTERNAL(500, "server_error"),
    /** Lean refused the service's credentials: an operator must act. */
    SERVICE_CREDENTIALS_REFUSED(502, "server_error"),
    /** Lean accepts the service's credentials but does not authorize the request: an operator must act. */
    SERVICE_NOT_AUTHORIZED(502, "server_error"),
    /** Lean's response is neither a token nor an error. */
    UNUSABLE_ANSWER(502, "server_error"),
    /** The configured URL is not a token endpoint: an operator must correct it. */
    WRONG_ENDPOINT(502, "server_error"),
    /** Lean's token has another scope than requested: an operator must act, since responses may have been mixed up. */
    OTHER_SCOPE(502, "server_error"),
    /** Neither the service nor the caller has credentials. */
    NO_CREDENTIALS(503, "temporarily_unavailable"),
    /** The caller's token cannot be verified, because the keys of its issuer cannot be obtained. */
    ISSUER_UNAVAILABLE(503, "temporarily_unavailable"),
    /** Lean cannot be reached, or a gateway in front of it responds 502, 503 or 504. */
    LEAN_UNAVAILABLE(503, "temporarily_unavailable"),
    /** TLS with Lean fails: this service refuses Lean's certificate, or Lean refuses this service's. */
    LEAN_UNTRUSTED(503, "temporarily_unavailable"),
    /** Lean fails: 500 or another 5xx, or a 4xx about the connection that persists on a new one. */
    LEAN_FAILED(503, "temporarily_unavailable"),
    /** Lean has failed repeatedly, so it is not called for a while. */
    BREAKER_OPEN(503, "temporarily_unavailable"),
    /** Too many calls to Lean are active or waiting. */
    TOO_MANY_CALLS(503, "temporarily_unavailable"),
    /** The audit cannot be written, and tokens are only issued with it. */
    AUDIT_UNAVAILABLE(503, "temporarily_unavailable"),
    /** Lean did not respond in time. */
    LEAN_TIMED_OUT(504, "temporarily_unavailable");

    private final int status;
    private final String code;

    TokenError(int status, String code) {
        this.status = status;
        this.code = code;
    }

    /** @return the label value in metrics */
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
     * @param description what is wrong and what the caller can do: ASCII without quotes and backslashes (RFC 6749 §5.2), and
     *        never a received value
     */
    public TokenException because(String description) {
        return new TokenException(this, ErrorResponse.of(this, description), null);
    }

    /** @param cause for the log only; its message must contain neither secrets nor received values */
    public TokenException because(String description, Throwable cause) {
        return new TokenException(this, ErrorResponse.of(this, description), cause);
    }
}
