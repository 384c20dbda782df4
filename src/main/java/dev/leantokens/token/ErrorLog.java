package dev.leantokens.token;

import java.util.EnumSet;
import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

/**
 * The one place that logs a request's error, one line each: a caller's mistake as INFO, a fault on Lean's side as
 * WARN, what an operator must mend as ERROR, and a fault of our own as ERROR with its stack.
 */
@ApplicationScoped
public class ErrorLog {

    private static final Logger LOG = Logger.getLogger("dev.leantokens.errors");

    private static final Set<TokenError> OPERATORS_TO_MEND = EnumSet.of(TokenError.SERVICE_CREDENTIALS_REFUSED,
            TokenError.LEAN_UNTRUSTED);

    /**
     * Turns whatever went wrong into the error that the caller is told, and logs it.
     *
     * @param adapter the adapter that the request came by
     * @param failure a {@link TokenException}; anything else is a fault of our own, of which the caller learns no more
     */
    public TokenException record(String adapter, Throwable failure) {
        if (!(failure instanceof TokenException exception)) {
            TokenException internal = TokenError.INTERNAL.because("this service failed, its log has the reason");
            LOG.errorf(WithoutMessage.of(failure), "%s request failed: %s", adapter, internal.getMessage());
            return internal;
        }
        if (OPERATORS_TO_MEND.contains(exception.error())) {
            LOG.errorf("%s request failed: %s", adapter, lineOf(exception));
        } else if (exception.response().status() >= 500 || exception.response().status() == 429) {
            LOG.warnf("%s request failed: %s", adapter, lineOf(exception));
        } else {
            LOG.infof("%s request refused: %s", adapter, lineOf(exception));
        }
        return exception;
    }

    private static String lineOf(TokenException exception) {
        String line = exception.response().status() + " " + exception.getMessage();
        return exception.getCause() == null ? line : line + " (" + exception.getCause() + ")";
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
