package dev.leantokens.store;

import java.util.function.Consumer;
import java.util.function.Predicate;

import dev.leantokens.token.TokenKey;

/** Tells which tokens operators had all replicas forget. Implementations are thread-safe. */
interface TokenGenerations {

    /** Nothing is forgotten. */
    TokenGenerations NONE = new TokenGenerations() {

        @Override
        public long generation() {
            return 0;
        }

        @Override
        public boolean includes(TokenKey key, long since) {
            return false;
        }

        @Override
        public boolean mayInclude(TokenKey key, long since) {
            return false;
        }

        @Override
        public void onForget(Consumer<Predicate<TokenKey>> memory) {
            // Never happens.
        }
    };

    /** @return the generation of tokens that are requested from now on */
    long generation();

    /**
     * @param since the generation of the token, as it was when the token was requested
     * @return whether the token is known to be forgotten. For tokens in memory: what is learned later is dropped from there
     */
    boolean includes(TokenKey key, long since);

    /**
     * @param since as for {@link #includes}
     * @return whether the token is forgotten, or that is not known yet. For tokens from Redis
     */
    boolean mayInclude(TokenKey key, long since);

    /** @param memory drops the selected tokens from this replica's memory; called on any thread */
    void onForget(Consumer<Predicate<TokenKey>> memory);
}
