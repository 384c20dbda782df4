package dev.leantokens.token;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

import dev.leantokens.error.TokenException;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;

/**
 * Where the replicas of this service share tokens, and agree on which of them calls Lean. Asked once in a call for a token,
 * before Lean; never for a token that is cached in memory. Implementations are thread-safe and never block.
 */
public interface TokenStore {

    /** No store: each call is made by this replica. */
    TokenStore NONE = wish -> Uni.createFrom().item(new Lead() {
    });

    /** @return what this replica has to do, on the caller's Vert.x context if there is one. Never fails */
    Uni<Turn> enter(Wish wish);

    /** @return the generation of what this replica knows to be forgotten; it changes whenever more is */
    default long generation() {
        return 0;
    }

    /**
     * @param generation {@link #generation()} as it was when the token was requested
     * @return whether all replicas were told to forget the token since
     */
    default boolean isForgotten(TokenKey key, long generation) {
        return false;
    }

    /** @param memory drops the selected tokens from this replica's memory; called on any thread, must not block */
    default void onForget(Consumer<Predicate<TokenKey>> memory) {
    }

    /** @return a factor up to 1 for TOKEN_REFRESH_AHEAD; differs for each replica, so that not all replace a token at once */
    default double jitter() {
        return 1;
    }

    /**
     * The token that a call is for.
     *
     * @param fingerprint see {@link UpstreamTokenRequest#fingerprint()}
     * @param credentialsAccepted whether Lean has accepted the credentials, so that a refusal for all scopes is not believed
     * @param minimumValidity the remaining validity that a shared token must have, in milliseconds
     * @param fresh whether the token must be fresh: requested from Lean within the last second, or by a call that this one
     *        waited for
     * @param waits whether to wait for another replica that requests the same token; if not, it is {@link Elsewhere}
     * @param trace the parent of the spans for the store; the root if the call is not traced
     */
    record Wish(TokenKey key, String fingerprint, boolean credentialsAccepted, long minimumValidity, boolean fresh,
            boolean waits, Context trace) {

        /** A wish that is not traced. */
        public Wish(TokenKey key, String fingerprint, boolean credentialsAccepted, long minimumValidity, boolean fresh,
                boolean waits) {
            this(key, fingerprint, credentialsAccepted, minimumValidity, fresh, waits, Context.root());
        }

        /** Excludes the fingerprint: a reader of the log could use it to guess secrets offline. */
        @Override
        public String toString() {
            return "Wish[" + key + "]";
        }
    }

    /** What a replica has to do for a token. */
    sealed interface Turn {
    }

    /** Use a token that another replica has obtained. */
    record Shared(CachedToken token) implements Turn {
    }

    /** Fail, as Lean's answer to another replica says. */
    record Failed(TokenException failure) implements Turn {
    }

    /** Do without: another replica is requesting the token. */
    record Elsewhere() implements Turn {
    }

    /** What Lean refused. */
    enum Extent {
        /** The credentials, for any scope. */
        CREDENTIALS,
        /** The credentials for this scope. */
        SCOPE
    }

    /** Call Lean. Must be ended exactly once, by one of its methods; other replicas wait for that. */
    non-sealed interface Lead extends Turn {

        /** @return a shared token with less than the minimum validity, to be used if Lean fails */
        default Optional<CachedToken> fallback() {
            return Optional.empty();
        }

        /** @return how long the call has waited for the store, which the budget of calls may be part of */
        default Duration waited() {
            return Duration.ZERO;
        }

        /** Shares the token. */
        default void publish(CachedToken token) {
        }

        /**
         * Shares the failure, if it is not one of this replica alone.
         *
         * @param refusal how far it is to be remembered; empty if it is no refusal
         */
        default void fail(Throwable failure, Optional<Extent> refusal) {
        }

        /** Ends it without anything to share: Lean issued a token that cannot be cached. */
        default void release() {
        }
    }
}
