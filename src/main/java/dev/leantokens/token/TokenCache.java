package dev.leantokens.token;

import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import dev.leantokens.error.TokenException;

/**
 * Caches tokens, and refusals by Lean. Implementations are thread-safe, never block and do no I/O: a store shared between
 * processes belongs behind the cache miss, not here. They may evict anything at any time.
 */
public interface TokenCache {

    /** @return whether anything is cached */
    boolean isEnabled();

    /** @return the token cached under the key; it may have expired a moment ago */
    Optional<CachedToken> find(TokenKey key);

    /** @return the same as {@link #find}, without counting as a use of the token */
    Optional<CachedToken> peek(TokenKey key);

    /** Caches a token until it expires, replacing the current one. */
    void put(TokenKey key, CachedToken token);

    /** Visits the cached tokens. Takes time in proportion to their number, so it is not for an event loop. */
    void forEach(BiConsumer<TokenKey, CachedToken> visitor);

    /** Evicts the selected tokens. They count as expired for callers that hold one. */
    void evict(Predicate<TokenKey> selected);

    /** Evicts one token, unless another one has replaced it. It counts as expired for callers that hold it. */
    void evict(TokenKey key, CachedToken token);

    /**
     * @param fingerprint see {@link UpstreamTokenRequest#fingerprint()}
     * @return the error with which Lean refused the credentials lately, for this scope or for all
     */
    Optional<TokenException> refusal(String fingerprint, Scope scope);

    /**
     * Caches for a short time that Lean refused the credentials.
     *
     * @param scope the refused scope; empty for all scopes
     */
    void putRefusal(String fingerprint, Optional<Scope> scope, TokenException refusal);
}
