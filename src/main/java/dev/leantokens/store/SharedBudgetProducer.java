package dev.leantokens.store;

import java.time.Clock;
import java.util.Optional;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.leantokens.clock.Awake;
import dev.leantokens.lean.SharedBudget;
import dev.leantokens.trace.Traces;

/** Produces the budget that replicas share as it is configured. */
final class SharedBudgetProducer {

    @Produces
    @Singleton
    static SharedBudget sharedBudget(Optional<StoreLink> link, StoreKeys keys, StoreNames names, StoreConfig config,
            @Awake Clock clock, Traces traces) {
        return link.<SharedBudget> map(redis -> new RedisBudget(redis, keys, names, config.timeout(), clock,
                new StoreSpans(traces)))
                .orElse(SharedBudget.NONE);
    }
}
