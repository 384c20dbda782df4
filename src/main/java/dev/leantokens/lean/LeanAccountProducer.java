package dev.leantokens.lean;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the account from the configuration: at Lean, or at the stand-in for it. */
class LeanAccountProducer {

    @Produces
    @Singleton
    LeanAccount leanAccount(LeanConfig config, LeanStandIn standIn) {
        return standIn.account().orElseGet(() -> LeanAccount.of(config));
    }
}
