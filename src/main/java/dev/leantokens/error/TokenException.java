package dev.leantokens.error;

import java.time.Duration;

/**
 * Ends a request without a token. It carries the response that adapters render, and has no stack trace, since it is a result
 * and not a fault of the code. Its message is the error's name and this service's description, never a received one.
 */
public final class TokenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final TokenError error;
    private final transient ErrorResponse response;
    private final boolean audited;

    TokenException(TokenError error, ErrorResponse response, Throwable cause) {
        super(error + ": " + response.members().get(ErrorResponse.ERROR_DESCRIPTION), cause, false, false);
        this.error = error;
        this.response = response;
        this.audited = false;
    }

    private TokenException(TokenError error, ErrorResponse response, String message) {
        super(message, null, false, false);
        this.error = error;
        this.response = response;
        this.audited = false;
    }

    /** Copies an error for one of the requests that share it. */
    private TokenException(TokenException shared) {
        super(shared.getMessage(), shared.getCause(), false, false);
        this.error = shared.error;
        this.response = shared.response;
        this.audited = true;
    }

    /** @return the error of a caller whom Lean refused: the caller receives Lean's error, the log only its status */
    public static TokenException refusedByLean(ErrorResponse verdict) {
        return new TokenException(TokenError.REFUSED_BY_LEAN, verdict,
                TokenError.REFUSED_BY_LEAN + ": Lean answered " + verdict.status());
    }

    /** @return an error that another replica of this service had, with its response */
    public static TokenException of(TokenError error, ErrorResponse response) {
        return error == TokenError.REFUSED_BY_LEAN ? refusedByLean(response)
                : new TokenException(error, response, (Throwable) null);
    }

    /**
     * @return the same error with a retry delay, which the description also states, since MCP has no headers
     */
    public TokenException retryAfter(Duration wait) {
        return new TokenException(error, response.retryAfter(wait), getCause());
    }

    /** @return the same error, of which the audit has a line */
    public TokenException audited() {
        return new TokenException(this);
    }

    /** @return whether the audit has a line of it */
    public boolean isAudited() {
        return audited;
    }

    /** @return whether Lean refused the credentials: the client is unknown, or its secret is wrong */
    public boolean isAboutCredentials() {
        return switch (error) {
            case SERVICE_CREDENTIALS_REFUSED, CALLER_REFUSED -> true;
            case REFUSED_BY_LEAN -> response.isAboutClient();
            default -> false;
        };
    }

    /** @return whether Lean knows the client but does not authorize the request */
    public boolean isAboutAuthorization() {
        return switch (error) {
            case SERVICE_NOT_AUTHORIZED -> true;
            case REFUSED_BY_LEAN -> response.isAboutAuthorization();
            default -> false;
        };
    }

    /** @return the message and its cause, for operators */
    public String explanation() {
        return getCause() == null ? getMessage() : getMessage() + " (" + getCause() + ")";
    }

    public TokenError error() {
        return error;
    }

    public ErrorResponse response() {
        return response;
    }
}
