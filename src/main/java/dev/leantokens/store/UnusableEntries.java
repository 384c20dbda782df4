package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts what was found in Redis and cannot be used. Each kind is logged once, and again only if it comes back after a while
 * without it. Thread-safe.
 */
final class UnusableEntries {

    private static final Logger LOG = Logger.getLogger(UnusableEntries.class);

    /** Without one for this long, a kind is considered gone. */
    private static final Duration GONE_AFTER = Duration.ofMinutes(10);
    private static final long NEVER = Long.MIN_VALUE;

    private final Clock clock;
    private final Map<Kind, Counter> counters = new EnumMap<>(Kind.class);
    private final Map<Kind, AtomicLong> lastSeen = new EnumMap<>(Kind.class);

    /** Why an entry cannot be used. */
    enum Kind {
        TAMPERED("An entry in Redis was changed or moved by another program. Check what can write Redis."),
        UNKNOWN_KEY("An entry in Redis was sealed with a key that is not configured here. "
                + "All replicas need the same STORE_KEY, or both keys while one replaces the other."),
        UNKNOWN_VERSION("An entry in Redis has a format that this version of the service does not know. "
                + "That ends when all replicas run the same version."),
        EXPIRED("An entry in Redis expired long ago by the clock of this machine. "
                + "This clock or that of another replica is wrong, or an old entry was written again."),
        FORGOTTEN("The log of forgotten tokens in Redis is incomplete: it was changed by another program, or an entry was "
                + "sealed with a key that is not configured here, or Redis' clock was set back. "
                + "This replica forgets all tokens, at most once in 10 minutes."),
        CLOCK("The clock of this machine and that of another replica differ by more than STORE_CLOCK_TOLERANCE. "
                + "Synchronize them. Until then, tokens count as expired when the first of the clocks says so.");

        private final String explanation;

        Kind(String explanation) {
            this.explanation = explanation;
        }

        static Kind of(Seal.Flaw flaw) {
            return switch (flaw) {
                case VERSION -> UNKNOWN_VERSION;
                case KEY -> UNKNOWN_KEY;
                case TAMPERED -> TAMPERED;
            };
        }
    }

    UnusableEntries(Clock clock, MeterRegistry registry) {
        this.clock = clock;
        for (Kind kind : Kind.values()) {
            lastSeen.put(kind, new AtomicLong(NEVER));
            counters.put(kind, Counter.builder("store.unusable")
                    .description("What was found in Redis and counts as missing, by reason; with the reason clock, it was used")
                    .tag("reason", kind.name().toLowerCase(Locale.ROOT)).register(registry));
        }
    }

    void record(Kind kind) {
        counters.get(kind).increment();
        long now = clock.millis();
        long before = lastSeen.get(kind).getAndSet(now);
        if (before == NEVER || now - before > GONE_AFTER.toMillis()) {
            LOG.warn(kind.explanation + (kind == Kind.CLOCK || kind == Kind.FORGOTTEN ? "" : " It counts as missing.")
                    + " Not logged again until there has been none for 10 minutes.");
        }
    }
}
