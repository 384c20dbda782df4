package dev.leantokens.token;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.leantokens.error.TokenException;

/** Keeps everything for ever, expired tokens too. */
final class MapTokenCache implements TokenCache {

    private final Map<TokenKey, CachedToken> tokens = new ConcurrentHashMap<>();
    private final Map<List<Object>, TokenException> refusals = new ConcurrentHashMap<>();

    int size() {
        return tokens.size();
    }

    @Override
    public boolean isEnabled() {
        return true;
    }

    @Override
    public Optional<CachedToken> find(TokenKey key) {
        return Optional.ofNullable(tokens.get(key));
    }

    @Override
    public Optional<CachedToken> look(TokenKey key) {
        return find(key);
    }

    @Override
    public void keep(TokenKey key, CachedToken token) {
        tokens.put(key, token);
    }

    @Override
    public void keepOnlyOf(String certificate) {
        tokens.keySet().removeIf(key -> !key.certificate().equals(certificate));
    }

    @Override
    public Optional<TokenException> refusalOf(String fingerprint, Scope scope) {
        return Optional.ofNullable(refusals.get(List.<Object> of(fingerprint)))
                .or(() -> Optional.ofNullable(refusals.get(List.of(fingerprint, scope))));
    }

    @Override
    public void keepRefusal(String fingerprint, TokenException refusal) {
        refusals.put(List.of(fingerprint), refusal);
    }

    @Override
    public void keepRefusal(String fingerprint, Scope scope, TokenException refusal) {
        refusals.put(List.of(fingerprint, scope), refusal);
    }

    /** The time of all refusals has passed. */
    void forgetRefusals() {
        refusals.clear();
    }
}
