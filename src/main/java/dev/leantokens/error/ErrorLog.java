package dev.leantokens.error;

import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;

/**
 * The one place that logs a request's error, and counts it: a caller's mistake as INFO, a fault on Lean's side as WARN, what an
 * operator must mend as ERROR, and a fault of our own as ERROR with its stack. Each has one line, unless a caller gets so many
 * that {@link ErrorRate} summarizes them.
 */
@ApplicationScoped
public class ErrorLog {

    private static final Logger LOG = Logger.getLogger("dev.leantokens.errors");

    private static final Set<TokenError> OPERATORS_TO_MEND = EnumSet.of(TokenError.SERVICE_CREDENTIALS_REFUSED,
            TokenError.SERVICE_NOT_AUTHORIZED, TokenError.WRONG_ENDPOINT, TokenError.OTHER_SCOPE, TokenError.LEAN_UNTRUSTED);

    private final ErrorMetrics metrics;
    private final ErrorRate rate;

    @Inject
    ErrorLog(ErrorMetrics metrics, Clock clock, Vertx vertx) {
        // Vert.x takes no timer of less than a millisecond.
        this(metrics, clock, (delay, action) -> vertx.setTimer(Math.max(1, delay.toMillis()), elapsed -> action.run()));
    }

    ErrorLog(ErrorMetrics metrics, Clock clock, ErrorRate.Timer timer) {
        this.metrics = metrics;
        this.rate = new ErrorRate(clock, timer, ErrorLog::summarize);
    }

    void stop(@Observes ShutdownEvent event) {
        rate.stop();
    }

    /** The same for a request of this service's own. */
    public TokenException record(Origin origin, Throwable failure) {
        return log(origin, "", CallerName.SERVICE, failure);
    }

    /**
     * Turns whatever went wrong into the error that the caller is told, and logs it.
     *
     * @param origin where the request was made
     * @param caller who made it, as far as that is known
     * @param failure a {@link TokenException}; anything else is a fault of our own, of which the caller learns no more
     */
    public TokenException record(Origin origin, CallerName caller, Throwable failure) {
        return log(origin, " of " + caller.name(), caller, failure);
    }

    private TokenException log(Origin origin, String ofWhom, CallerName caller, Throwable failure) {
        TokenException exception = failure instanceof TokenException known ? known
                : TokenError.INTERNAL.because("this service failed, its log has the reason");
        metrics.failed(origin, exception);
        Level level = exception == failure ? levelOf(exception) : Level.ERROR;
        if (!rate.admits(caller, exception.error(), level)) {
            return exception;
        }
        if (exception != failure) {
            LOG.error(origin + ofWhom + " failed: " + exception.getMessage(), WithoutMessage.of(failure));
        } else {
            LOG.log(level, origin + ofWhom + (level == Level.INFO ? " refused: " : " failed: ")
                    + exception.response().status() + " " + exception.explanation());
        }
        return exception;
    }

    private static Level levelOf(TokenException exception) {
        int status = exception.response().status();
        if (OPERATORS_TO_MEND.contains(exception.error())) {
            return Level.ERROR;
        }
        return status >= 500 || status == 429 ? Level.WARN : Level.INFO;
    }

    private static void summarize(ErrorRate.Summary summary) {
        LOG.log(summary.level(), summary.errors() + " more errors of " + summary.callers() + " within "
                + ErrorRate.PERIOD.toSeconds() + " s: " + summary.error());
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
