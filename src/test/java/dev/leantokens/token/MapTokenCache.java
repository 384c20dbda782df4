package dev.leantokens.token;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps everything for ever, expired tokens too. */
final class MapTokenCache implements TokenCache {

    private final Map<TokenKey, CachedToken> tokens = new ConcurrentHashMap<>();
    private final Map<String, TokenException> refusals = new ConcurrentHashMap<>();

    @Override
    public boolean isEnabled() {
        return true;
    }

    @Override
    public Optional<CachedToken> find(TokenKey key) {
        return Optional.ofNullable(tokens.get(key));
    }

    @Override
    public void keep(TokenKey key, CachedToken token) {
        tokens.put(key, token);
    }

    @Override
    public Optional<TokenException> refusalOf(TokenKey key) {
        return Optional.ofNullable(refusals.get(key.credentials()));
    }

    @Override
    public void keepRefusal(TokenKey key, TokenException refusal) {
        refusals.put(key.credentials(), refusal);
    }
}
