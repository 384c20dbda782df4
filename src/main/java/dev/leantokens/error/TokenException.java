package dev.leantokens.error;

import java.time.Duration;

/**
 * A request ends without a token. It carries all that an adapter needs in order to say so, and has no stack trace: it
 * is an answer, not a fault of the code. Its message is the error's name and this service's own description, never
 * one that was received.
 */
public final class TokenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final TokenError error;
    private final transient ErrorResponse response;

    TokenException(TokenError error, ErrorResponse response, Throwable cause) {
        super(error + ": " + response.members().get(ErrorResponse.ERROR_DESCRIPTION), cause, false, false);
        this.error = error;
        this.response = response;
    }

    private TokenException(TokenError error, ErrorResponse response, String message) {
        super(message, null, false, false);
        this.error = error;
        this.response = response;
    }

    /** Lean refused what the caller sent: the caller gets Lean's own words, the log only the status. */
    public static TokenException refusedByLean(ErrorResponse verdict) {
        return new TokenException(TokenError.REFUSED_BY_LEAN, verdict,
                TokenError.REFUSED_BY_LEAN + ": Lean answered " + verdict.status());
    }

    /**
     * @return the same, with the time after which the caller may come again. Its description says so too: over MCP there is
     *         no header
     */
    public TokenException retryAfter(Duration wait) {
        return new TokenException(error, response.retryAfter(wait), getCause());
    }

    /** @return whether Lean refused the credentials: the client is unknown, or its secret is wrong */
    public boolean isAboutCredentials() {
        return switch (error) {
            case SERVICE_CREDENTIALS_REFUSED, CALLER_REFUSED -> true;
            case REFUSED_BY_LEAN -> response.isAboutClient();
            default -> false;
        };
    }

    /** @return whether Lean knows the client and does not allow it what was requested */
    public boolean isAboutAuthorization() {
        return switch (error) {
            case SERVICE_NOT_AUTHORIZED -> true;
            case REFUSED_BY_LEAN -> response.isAboutAuthorization();
            default -> false;
        };
    }

    /** @return the message and what was behind it, for operators' eyes */
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
