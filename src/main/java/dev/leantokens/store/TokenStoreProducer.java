package dev.leantokens.store;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.leantokens.token.TokenStore;

/** Produces the store of tokens as it is configured. */
final class TokenStoreProducer {

    private TokenStoreProducer() {
    }

    @Produces
    @Singleton
    static TokenStore tokenStore() {
        return TokenStore.NONE;
    }
}
