package dev.leantokens.token;

import java.util.Optional;

import dev.leantokens.error.TokenException;

/**
 * Where tokens are kept, and refusals. Implementations are thread-safe, never block and do no I/O: what is shared between
 * processes belongs behind the miss, not here. They may forget anything at any time.
 */
public interface TokenCache {

    /** @return whether anything is kept at all */
    boolean isEnabled();

    /** @return the token that is kept under the key; it can have expired a moment ago */
    Optional<CachedToken> find(TokenKey key);

    /** @return the same, for someone who watches: it does not count as its use */
    Optional<CachedToken> look(TokenKey key);

    /** Keeps a token until it expires, instead of the one that is there. */
    void keep(TokenKey key, CachedToken token);

    /** Drops the tokens that may be bound to another certificate than this one; there is nobody any more who can use them. */
    void keepOnlyOf(String certificate);

    /**
     * @param fingerprint that of {@link UpstreamTokenRequest}
     * @return with what Lean refused these credentials lately, for this scope or for all
     */
    Optional<TokenException> refusalOf(String fingerprint, Scope scope);

    /** Keeps, for a short time, that Lean refused the credentials of this fingerprint, whatever they ask for. */
    void keepRefusal(String fingerprint, TokenException refusal);

    /** Keeps, for a short time, that Lean refused the credentials of this fingerprint for the scope. */
    void keepRefusal(String fingerprint, Scope scope, TokenException refusal);
}
