package dev.leantokens.token;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import dev.leantokens.error.TokenException;

/** Caches everything forever, expired tokens too. */
final class MapTokenCache implements TokenCache {

    private final Map<TokenKey, CachedToken> tokens = new ConcurrentHashMap<>();
    private final Map<Refused, TokenException> refusals = new ConcurrentHashMap<>();

    private record Refused(String fingerprint, Optional<Scope> scope) {
    }

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
    public Optional<CachedToken> peek(TokenKey key) {
        return find(key);
    }

    @Override
    public void put(TokenKey key, CachedToken token) {
        tokens.put(key, token);
    }

    @Override
    public void forEach(BiConsumer<TokenKey, CachedToken> visitor) {
        tokens.forEach(visitor);
    }

    @Override
    public void evict(Predicate<TokenKey> selected) {
        tokens.forEach((key, token) -> {
            if (selected.test(key)) {
                evict(key, token);
            }
        });
    }

    @Override
    public void evict(TokenKey key, CachedToken token) {
        token.expire();
        tokens.remove(key, token);
    }

    @Override
    public Optional<TokenException> refusal(String fingerprint, Scope scope) {
        return Optional.ofNullable(refusals.get(new Refused(fingerprint, Optional.empty())))
                .or(() -> Optional.ofNullable(refusals.get(new Refused(fingerprint, Optional.of(scope)))));
    }

    @Override
    public void putRefusal(String fingerprint, Optional<Scope> scope, TokenException refusal) {
        refusals.put(new Refused(fingerprint, scope), refusal);
    }

    void expireRefusals() {
        refusals.clear();
    }
}
