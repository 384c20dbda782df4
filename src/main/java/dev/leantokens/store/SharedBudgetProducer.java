package dev.leantokens.store;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.leantokens.lean.SharedBudget;

/** Produces the budget that replicas share as it is configured. */
final class SharedBudgetProducer {

    @Produces
    @Singleton
    static SharedBudget sharedBudget() {
        return SharedBudget.NONE;
    }
}
