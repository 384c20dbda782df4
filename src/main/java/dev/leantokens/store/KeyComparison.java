package dev.leantokens.store;

import java.time.Clock;

import org.jboss.logging.Logger;

/** Compares the keys of this replica with those of the others, with each heartbeat. Thread-safe. */
final class KeyComparison implements StoreLink.Listener {

    private static final Logger LOG = Logger.getLogger(KeyComparison.class);

    private final LastingWarning warning;
    private volatile int unknown;

    KeyComparison(Clock clock) {
        this.warning = new LastingWarning(LOG, clock, "All replicas seal with keys that this one has");
    }

    /** @return the number of keys with which replicas seal, and which this one does not have */
    int unknown() {
        return unknown;
    }

    @Override
    public void pulse(StorePulse pulse) {
        unknown = pulse.unknownKeys();
        warning.update(unknown > 0,
                () -> "Another replica seals with a key that is not configured here, so these replicas share "
                        + "neither tokens nor calls. All need the same STORE_KEY, or both keys while one replaces the other. Until then, "
                        + "each replica makes its part of the calls to Lean");
    }
}
