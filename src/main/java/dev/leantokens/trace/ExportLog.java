package dev.leantokens.trace;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts spans that are exported or lost, and logs when the collector stops taking spans and when it takes them again, once
 * each and at most once a minute: a busy collector can refuse every second batch. Thread-safe.
 */
final class ExportLog {

    private static final Logger LOG = Logger.getLogger(ExportLog.class);

    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Clock clock;
    private final String collector;
    private final Counter exported;
    private final Counter lost;

    private Instant failingSince;
    private long lostBefore;
    /** Whether the current outage has been logged. */
    private boolean logged;
    private Instant pauseEnds = Instant.MIN;

    /** @param collector the address, for the log */
    ExportLog(Clock clock, MeterRegistry registry, String collector) {
        this.clock = clock;
        this.collector = collector;
        this.exported = counter(registry, "exported");
        this.lost = counter(registry, "lost");
    }

    private static Counter counter(MeterRegistry registry, String outcome) {
        return Counter.builder("traces.spans").tag("outcome", outcome)
                .description(
                        "Spans that were exported, and spans that were lost because the collector did not take them in time")
                .register(registry);
    }

    void dropped() {
        lost.increment();
    }

    synchronized void succeeded(int spans) {
        exported.increment(spans);
        if (logged) {
            LOG.info("The collector at " + collector + " takes traces again, after "
                    + Duration.between(failingSince, clock.instant()).toSeconds() + " s; " + (long) (lost.count() - lostBefore)
                    + " spans were lost");
        }
        failingSince = null;
        logged = false;
    }

    /** @param reason what is wrong, as the end of a sentence */
    synchronized void failed(int spans, String reason) {
        Instant now = clock.instant();
        if (failingSince == null) {
            failingSince = now;
            lostBefore = (long) lost.count();
        }
        if (!logged && !now.isBefore(pauseEnds)) {
            logged = true;
            pauseEnds = now.plus(PAUSE);
            LOG.warn("The collector at " + collector + " does not take traces: " + reason
                    + ". Spans are lost until it does; requests are served as before. Check OTEL_EXPORTER_OTLP_ENDPOINT");
        }
        lost.increment(spans);
    }
}
