package dev.leantokens.error;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jboss.logging.Logger.Level;

/**
 * Limits the log lines of errors: the first errors of each caller and reason in a period are logged in full, the others are
 * summarized when the period ends. Thread-safe.
 * <p>
 * Ten lines are more than a person causes in ten seconds, and enough to see what a program does wrong. Unauthenticated callers
 * can use many addresses, so they share {@value #MAX_UNAUTHENTICATED} counts; beyond that they are counted as one caller for
 * each reason. All of them together cause at most about 3,000 lines in ten seconds, one of them 11 for each reason, and the
 * first errors of every reason are always logged in full.
 */
final class ErrorRate {

    static final int MAX_IN_FULL = 10;
    static final Duration PERIOD = Duration.ofSeconds(10);
    static final int MAX_UNAUTHENTICATED = 250;

    private static final String OTHERS = "other callers";

    private final Clock clock;
    private final Timer timer;
    private final Consumer<Summary> log;

    /** Guarded by this, as the fields that follow. */
    private Map<Key, Count> counts = new LinkedHashMap<>();
    private int unauthenticated;
    private long periodStart;
    /** Whether the timer is set to the end of the period. */
    private boolean scheduled;

    /** Runs an action after a delay. */
    @FunctionalInterface
    interface Timer {

        void after(Duration delay, Runnable action);
    }

    /**
     * Errors of a period that were not logged in full.
     *
     * @param callers their {@link CallerName#group}
     * @param level of each error
     * @param errors their number
     */
    record Summary(String callers, TokenError error, Level level, long errors) {
    }

    private record Key(String callers, TokenError error) {
    }

    private static final class Count {

        private final Level level;
        private long errors;

        private Count(Level level) {
            this.level = level;
        }
    }

    /** @param log receives the summaries, on any thread */
    ErrorRate(Clock clock, Timer timer, Consumer<Summary> log) {
        this.clock = clock;
        this.timer = timer;
        this.log = log;
        this.periodStart = clock.millis();
    }

    /**
     * Counts an error.
     *
     * @return whether to log it in full
     */
    boolean admit(CallerName caller, TokenError error, Level level) {
        List<Summary> summaries = List.of();
        boolean inFull;
        synchronized (this) {
            long now = clock.millis();
            if (now - periodStart >= PERIOD.toMillis()) {
                summaries = endPeriod();
                periodStart = now;
            }
            Count count = count(caller, error, level);
            count.errors++;
            inFull = count.errors <= MAX_IN_FULL;
            if (!inFull && !scheduled) {
                scheduled = true;
                long start = periodStart;
                timer.after(PERIOD.minusMillis(now - periodStart), () -> elapsed(start));
            }
        }
        summaries.forEach(log);
        return inFull;
    }

    /** Ends the period when the service stops. */
    void stop() {
        List<Summary> summaries;
        synchronized (this) {
            summaries = endPeriod();
            periodStart = clock.millis();
        }
        summaries.forEach(log);
    }

    private Count count(CallerName caller, TokenError error, Level level) {
        Key key = new Key(caller.group(), error);
        Count known = counts.get(key);
        if (known != null) {
            return known;
        }
        if (!caller.authenticated()) {
            if (unauthenticated == MAX_UNAUTHENTICATED) {
                return counts.computeIfAbsent(new Key(OTHERS, error), others -> new Count(level));
            }
            unauthenticated++;
        }
        Count first = new Count(level);
        counts.put(key, first);
        return first;
    }

    private void elapsed(long start) {
        List<Summary> summaries;
        synchronized (this) {
            if (start != periodStart) {
                // A later error has ended the period already.
                return;
            }
            summaries = endPeriod();
        }
        summaries.forEach(log);
    }

    private List<Summary> endPeriod() {
        List<Summary> summaries = counts.entrySet().stream().filter(each -> each.getValue().errors > MAX_IN_FULL)
                .map(each -> new Summary(each.getKey().callers(), each.getKey().error(), each.getValue().level,
                        each.getValue().errors - MAX_IN_FULL))
                .toList();
        counts = new LinkedHashMap<>();
        unauthenticated = 0;
        scheduled = false;
        return summaries;
    }
}
