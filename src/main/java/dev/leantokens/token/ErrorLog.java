package dev.leantokens.token;

import java.util.EnumSet;
import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

/**
 * The one place that logs a request's error, one line each, and counts it: a caller's mistake as INFO, a fault on Lean's side
 * as WARN, what an operator must mend as ERROR, and a fault of our own as ERROR with its stack.
 */
@ApplicationScoped
public class ErrorLog {

    private static final Logger LOG = Logger.getLogger("dev.leantokens.errors");

    private static final Set<TokenError> OPERATORS_TO_MEND = EnumSet.of(TokenError.SERVICE_CREDENTIALS_REFUSED,
            TokenError.SERVICE_NOT_AUTHORIZED, TokenError.WRONG_ENDPOINT, TokenError.OTHER_SCOPE, TokenError.LEAN_UNTRUSTED);

    private final TokenMetrics metrics;

    ErrorLog(TokenMetrics metrics) {
        this.metrics = metrics;
    }

    /** The same for a request of this service's own. */
    TokenException record(Origin origin, Throwable failure) {
        return log(origin, "", failure);
    }

    /**
     * Turns whatever went wrong into the error that the caller is told, and logs it.
     *
     * @param origin where the request was made
     * @param caller who made it, as far as that is known: nothing that the caller could make up
     * @param failure a {@link TokenException}; anything else is a fault of our own, of which the caller learns no more
     */
    public TokenException record(Origin origin, String caller, Throwable failure) {
        return log(origin, " of " + caller, failure);
    }

    private TokenException log(Origin origin, String ofWhom, Throwable failure) {
        TokenException exception = failure instanceof TokenException known ? known
                : TokenError.INTERNAL.because("this service failed, its log has the reason");
        metrics.failed(origin, exception);
        if (exception != failure) {
            LOG.error(origin + ofWhom + " failed: " + exception.getMessage(), WithoutMessage.of(failure));
        } else if (OPERATORS_TO_MEND.contains(exception.error())) {
            LOG.error(origin + ofWhom + " failed: " + lineOf(exception));
        } else if (exception.response().status() >= 500 || exception.response().status() == 429) {
            LOG.warn(origin + ofWhom + " failed: " + lineOf(exception));
        } else {
            LOG.info(origin + ofWhom + " refused: " + lineOf(exception));
        }
        return exception;
    }

    private static String lineOf(TokenException exception) {
        return exception.response().status() + " " + exception.explanation();
    }

    /** Stands in for an exception in the log: its message can quote what was received, its class and stack cannot. */
    private static final class WithoutMessage extends Throwable {

        private static final long serialVersionUID = 1L;

        private WithoutMessage(Throwable original, Throwable cause) {
            super(original.getClass().getName(), cause, false, true);
            setStackTrace(original.getStackTrace());
        }

        static Throwable of(Throwable original) {
            Throwable cause = original.getCause();
            return new WithoutMessage(original, cause == null || cause == original ? null : of(cause));
        }
    }
}
