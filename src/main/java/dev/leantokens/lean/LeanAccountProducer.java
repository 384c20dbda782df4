package dev.leantokens.lean;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.quarkus.arc.DefaultBean;

/** Makes the account from the configuration, where nothing else provides one (development does). */
class LeanAccountProducer {

    @Produces
    @Singleton
    @DefaultBean
    LeanAccount leanAccount(LeanConfig config) {
        return LeanAccount.of(config);
    }
}
