package dev.leantokens.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import dev.leantokens.token.AccessToken;
import dev.leantokens.token.CachedToken;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenKey;

/** Tokens for tests of the store alone. */
final class RedisTokens {

    private RedisTokens() {
    }

    static TokenKey key(Scope scope) {
        return new TokenKey("service", "", "", scope);
    }

    static CachedToken token(String text) {
        return token(text, Scope.API);
    }

    /** @return a token that is valid for an hour from now on, by the clock of the machine */
    static CachedToken token(String text, Scope scope) {
        return CachedToken.shared(AccessToken.of(Map.of("access_token", text, "token_type", "Bearer", "expires_in", 3600),
                scope), Duration.ofHours(1), Instant.now()).orElseThrow();
    }
}
