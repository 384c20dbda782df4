package dev.leantokens.cache;

import java.util.Optional;

import dev.leantokens.error.TokenException;
import dev.leantokens.token.CachedToken;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenCache;
import dev.leantokens.token.TokenKey;

/** Keeps nothing, for those who have switched the cache off. */
final class NoTokenCache implements TokenCache {

    @Override
    public boolean isEnabled() {
        return false;
    }

    @Override
    public Optional<CachedToken> find(TokenKey key) {
        return Optional.empty();
    }

    @Override
    public Optional<CachedToken> look(TokenKey key) {
        return Optional.empty();
    }

    @Override
    public void keep(TokenKey key, CachedToken token) {
        // Keeps nothing.
    }

    @Override
    public void keepOnlyOf(String certificate) {
        // Keeps nothing.
    }

    @Override
    public Optional<TokenException> refusalOf(String fingerprint, Scope scope) {
        return Optional.empty();
    }

    @Override
    public void keepRefusal(String fingerprint, TokenException refusal) {
        // Keeps nothing.
    }

    @Override
    public void keepRefusal(String fingerprint, Scope scope, TokenException refusal) {
        // Keeps nothing.
    }
}
