package dev.leantokens.status;

import java.time.Duration;

/** The traffic of the last {@link #PERIOD}, in slots of fixed length. */
final class TrafficHistory {

    static final Duration SLOT = Duration.ofSeconds(15);
    static final int SLOTS = 60;
    static final Duration PERIOD = SLOT.multipliedBy(SLOTS);

    private TrafficHistory() {
    }
}
