package dev.leantokens.store;

import java.time.Instant;
import java.util.Optional;

import jakarta.inject.Singleton;

/** What operators see of the store. Thread-safe. */
@Singleton
public final class StoreHealth {

    private final ConfiguredStore store;

    /**
     * @param reason why Redis cannot be used, for an operator; empty if it can
     * @param since when that became so
     * @param replicas the number of replicas that used Redis when this one last did, with this one
     * @param unknownKeys the number of keys with which they seal, and which this one does not have
     */
    public record State(Optional<String> reason, Instant since, int replicas, int unknownKeys) {
    }

    StoreHealth(ConfiguredStore store) {
        this.store = store;
    }

    /** @return empty without a store */
    public Optional<State> state() {
        return store.redis().map(link -> {
            StoreOutage.State state = link.outage();
            return new State(link.isUp() ? Optional.empty()
                    : Optional.of(state.fault().map(StoreFault::explanation)
                            .orElse("not connected yet")),
                    state.since(), link.replicas(), link.unknownKeys());
        });
    }
}
