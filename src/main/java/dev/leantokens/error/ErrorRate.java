package dev.leantokens.error;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jboss.logging.Logger.Level;

/**
 * Decides which errors get a line of their own in the log: the first ones of each caller and reason in a period. The others are
 * summarized when the period ends. Thread-safe.
 * <p>
 * Ten lines are more than a person's attempts cause in ten seconds, and enough to see what a program does wrong. Callers who
 * have not authenticated choose their addresses, so together they have {@value #MOST_UNAUTHENTICATED} counts; beyond that they
 * are counted as one caller, still by reason. So all of them cause about 3,000 lines in ten seconds at most, one of them 11 for
 * each reason, and the first errors of every reason are always logged in full.
 */
final class ErrorRate {

    static final int IN_FULL = 10;
    static final Duration PERIOD = Duration.ofSeconds(10);
    static final int MOST_UNAUTHENTICATED = 250;

    private static final String OTHERS = "other callers";

    private final Clock clock;
    private final Timer timer;
    private final Consumer<Summary> log;

    /** Guarded by this, as all of the following. */
    private Map<Key, Count> counts = new LinkedHashMap<>();
    private int unauthenticated;
    private long began;
    /** Whether the timer is set for the end of the period. */
    private boolean awaited;

    /** Runs something later. */
    @FunctionalInterface
    interface Timer {

        void after(Duration delay, Runnable action);
    }

    /**
     * Stands for the errors of a period that have no line of their own.
     *
     * @param callers who got them
     * @param level of each of them
     * @param errors how many there were
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

    /** @param log takes the summaries, on any thread */
    ErrorRate(Clock clock, Timer timer, Consumer<Summary> log) {
        this.clock = clock;
        this.timer = timer;
        this.log = log;
        this.began = clock.millis();
    }

    /**
     * Counts an error.
     *
     * @return whether it gets a line of its own
     */
    boolean admits(CallerName caller, TokenError error, Level level) {
        List<Summary> over = List.of();
        boolean inFull;
        synchronized (this) {
            long now = clock.millis();
            if (now - began >= PERIOD.toMillis()) {
                over = end();
                began = now;
            }
            Count count = count(caller, error, level);
            count.errors++;
            inFull = count.errors <= IN_FULL;
            if (!inFull && !awaited) {
                awaited = true;
                long period = began;
                timer.after(PERIOD.minusMillis(now - began), () -> elapsed(period));
            }
        }
        over.forEach(log);
        return inFull;
    }

    /** Ends the period at once, as the service stops. */
    void stop() {
        List<Summary> over;
        synchronized (this) {
            over = end();
            began = clock.millis();
        }
        over.forEach(log);
    }

    private Count count(CallerName caller, TokenError error, Level level) {
        Key key = new Key(caller.group(), error);
        Count known = counts.get(key);
        if (known != null) {
            return known;
        }
        if (!caller.authenticated()) {
            if (unauthenticated == MOST_UNAUTHENTICATED) {
                return counts.computeIfAbsent(new Key(OTHERS, error), others -> new Count(level));
            }
            unauthenticated++;
        }
        Count first = new Count(level);
        counts.put(key, first);
        return first;
    }

    private void elapsed(long period) {
        List<Summary> over;
        synchronized (this) {
            if (period != began) {
                // An error has ended it already.
                return;
            }
            over = end();
        }
        over.forEach(log);
    }

    private List<Summary> end() {
        List<Summary> over = counts.entrySet().stream().filter(each -> each.getValue().errors > IN_FULL)
                .map(each -> new Summary(each.getKey().callers(), each.getKey().error(), each.getValue().level,
                        each.getValue().errors - IN_FULL))
                .toList();
        counts = new LinkedHashMap<>();
        unauthenticated = 0;
        awaited = false;
        return over;
    }
}
