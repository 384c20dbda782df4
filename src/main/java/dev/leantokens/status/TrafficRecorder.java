package dev.leantokens.status;

import java.time.Clock;
import java.time.Duration;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.leantokens.StartOrder;
import dev.leantokens.status.Status.Traffic;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;

/** Records the traffic from the start on, by reading the meters once in each slot; nothing without the page. Thread-safe. */
@Singleton
class TrafficRecorder {

    /** So that a timer that is early by a clock's tick does not find the old slot. */
    private static final Duration MARGIN = Duration.ofMillis(5);

    private final StatusConfig config;
    private final TrafficMeters meters;
    private final Clock clock;
    private final Vertx vertx;

    private volatile TrafficHistory history;
    private volatile long timer;
    private volatile boolean stopped;

    TrafficRecorder(StatusConfig config, TrafficMeters meters, Clock clock, Vertx vertx) {
        this.config = config;
        this.meters = meters;
        this.clock = clock;
        this.vertx = vertx;
    }

    void start(@Observes @Priority(StartOrder.BACKGROUND) StartupEvent event) {
        if (config.page()) {
            history = new TrafficHistory(meters::sample, clock);
            schedule();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        stopped = true;
        vertx.cancelTimer(timer);
    }

    /** @return the traffic until now; only with the page, and after the start */
    Traffic traffic() {
        return history.traffic();
    }

    private void schedule() {
        timer = vertx.setTimer(history.untilNextSlot().plus(MARGIN).toMillis(), elapsed -> {
            history.update();
            if (!stopped) {
                schedule();
            }
        });
    }
}
