package dev.leantokens.error;

import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;

/**
 * Logs and counts every error of a request: a caller's mistake at INFO, a fault of Lean at WARN, an error that an operator must
 * fix at ERROR, and a fault of this service at ERROR with its stack trace. Each error gets one line, unless a caller causes so
 * many that {@link ErrorRate} summarizes them.
 */
@ApplicationScoped
public class ErrorLog {

    private static final Logger LOG = Logger.getLogger("dev.leantokens.errors");

    private static final Set<TokenError> FOR_OPERATORS = EnumSet.of(TokenError.SERVICE_CREDENTIALS_REFUSED,
            TokenError.SERVICE_NOT_AUTHORIZED, TokenError.WRONG_ENDPOINT, TokenError.OTHER_SCOPE, TokenError.LEAN_UNTRUSTED);

    private final ErrorMetrics metrics;
    private final ErrorRate rate;
    private final Clock clock;
    private final RecentErrors recent = new RecentErrors();

    @Inject
    ErrorLog(ErrorMetrics metrics, Clock clock, Vertx vertx) {
        // Vert.x refuses a delay of 0 ms.
        this(metrics, clock, (delay, action) -> vertx.setTimer(Math.max(1, delay.toMillis()), elapsed -> action.run()));
    }

    ErrorLog(ErrorMetrics metrics, Clock clock, ErrorRate.Timer timer) {
        this.metrics = metrics;
        this.clock = clock;
        this.rate = new ErrorRate(clock, timer, ErrorLog::summarize);
    }

    void stop(@Observes ShutdownEvent event) {
        rate.stop();
    }

    /** Records the error of a request that this service has made for itself. */
    public TokenException record(Origin origin, Throwable failure) {
        return log(origin, "", CallerName.SERVICE, failure);
    }

    /**
     * Records the error of a caller's request.
     *
     * @param failure a {@link TokenException}; any other exception is a fault of this service, whose details are only logged
     * @return the error that the caller receives
     */
    public TokenException record(Origin origin, CallerName caller, Throwable failure) {
        return log(origin, " of " + caller.name(), caller, failure);
    }

    /** @return the kinds of errors that occurred last, including those that the log only summarizes; the latest first */
    public List<RecentError> latest(int limit) {
        return recent.latest(limit);
    }

    private TokenException log(Origin origin, String ofCaller, CallerName caller, Throwable failure) {
        TokenException exception = failure instanceof TokenException known ? known
                : TokenError.INTERNAL.because("this service failed; its log has the reason");
        metrics.record(origin, exception);
        recent.add(origin, exception.error(), clock.millis());
        Level level = exception == failure ? levelOf(exception) : Level.ERROR;
        if (!rate.admit(caller, exception.error(), level)) {
            return exception;
        }
        if (exception != failure) {
            LOG.error(origin + ofCaller + " failed: " + exception.getMessage(), WithoutMessage.of(failure));
        } else {
            LOG.log(level, origin + ofCaller + (level == Level.INFO ? " refused: " : " failed: ")
                    + exception.response().status() + " " + exception.explanation());
        }
        return exception;
    }

    private static Level levelOf(TokenException exception) {
        int status = exception.response().status();
        if (FOR_OPERATORS.contains(exception.error())) {
            return Level.ERROR;
        }
        return status >= 500 || status == 429 ? Level.WARN : Level.INFO;
    }

    private static void summarize(ErrorRate.Summary summary) {
        LOG.log(summary.level(), summary.errors() + " more errors of " + summary.callers() + " within "
                + ErrorRate.PERIOD.toSeconds() + " s: " + summary.error());
    }

    /** Replaces an exception in the log: its message can quote received values, its class and stack trace cannot. */
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
