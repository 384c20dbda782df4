package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

import org.jboss.logging.Logger;

/** Logs a state once when it starts, and once when it has been over for a while. To be used by one thread at a time. */
final class LastingWarning {

    /** A state that returns within this time has not been over. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    private final Logger log;
    private final Clock clock;
    private final String end;
    /** When the state was last seen; null if it is over, or has never been seen. */
    private Instant lastSeen;

    /** @param end the line for the end */
    LastingWarning(Logger log, Clock clock, String end) {
        this.log = log;
        this.clock = clock;
        this.end = end;
    }

    /** @param warning the line for the start */
    void update(boolean isWrong, Supplier<String> warning) {
        Instant now = clock.instant();
        if (isWrong) {
            if (lastSeen == null) {
                log.warn(warning.get());
            }
            lastSeen = now;
        } else if (lastSeen != null && !now.isBefore(lastSeen.plus(QUIET))) {
            log.info(end);
            lastSeen = null;
        }
    }
}
