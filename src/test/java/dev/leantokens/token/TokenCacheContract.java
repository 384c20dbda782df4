package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.CachedTokens.Kind;

/** The contract of every enabled cache. */
public abstract class TokenCacheContract {

    protected static final TokenException REFUSAL = TokenError.CALLER_REFUSED.because("refused");
    private static final TokenKey API = TokenKey.ofService("client", "certificate", Scope.API);
    private static final TokenKey CUSTOMER = TokenKey.ofService("client", "certificate", new Scope("customer.42"));
    private static final TokenKey OTHERS = TokenKey.ofService("others", "certificate", Scope.API);

    protected final TestClock clock = new TestClock();

    /** @return an empty cache that caches refusals for 5 s and uses {@link #clock} */
    protected abstract TokenCache cache();

    @Test
    void findsWhatWasPut() {
        TokenCache cache = cache();
        CachedToken token = token(60);
        cache.put(API, token);

        assertThat(cache.isEnabled()).isTrue();
        assertThat(cache.find(API)).containsSame(token);
        assertThat(cache.find(CUSTOMER)).isEmpty();
        assertThat(cache.find(OTHERS)).isEmpty();
    }

    @Test
    void tokenIsFoundUntilItExpires() {
        TokenCache cache = cache();
        cache.put(API, token(60));
        clock.advance(Duration.ofMillis(59_999));
        assertThat(cache.find(API)).isPresent();

        clock.advance(Duration.ofMillis(1));
        assertThat(cache.find(API)).isEmpty();
    }

    @Test
    void newerTokenReplacesTheOlderAndItsLifetime() {
        TokenCache cache = cache();
        cache.put(API, token(60));
        clock.advance(Duration.ofSeconds(50));
        CachedToken newer = token(60);
        cache.put(API, newer);
        clock.advance(Duration.ofSeconds(50));

        assertThat(cache.find(API)).containsSame(newer);
    }

    @Test
    void selectedTokensAreEvictedAndExpireForTheirHolders() {
        TokenCache cache = cache();
        TokenKey newCertificate = TokenKey.ofService("client", "new", Scope.API);
        CachedToken held = token(60);
        cache.put(API, held);
        cache.put(OTHERS, token(60));
        cache.put(newCertificate, token(60));

        cache.evict(key -> !key.certificate().equals("new"));

        assertThat(cache.find(API)).isEmpty();
        assertThat(held.isExpired(clock.millis())).isTrue();
        assertThat(cache.find(OTHERS)).isEmpty();
        assertThat(cache.find(newCertificate)).isPresent();
    }

    @Test
    void onlyTheTokenThatIsStillCachedIsEvicted() {
        TokenCache cache = cache();
        CachedToken older = token(60);
        CachedToken newer = token(60);
        cache.put(API, older);
        cache.put(API, newer);

        cache.evict(API, older);
        assertThat(cache.find(API)).containsSame(newer);

        cache.evict(API, newer);
        assertThat(cache.find(API)).isEmpty();
    }

    @Test
    void tokensAreCountedByKindUntilTheyExpire() {
        TokenCache cache = cache();
        assertThat(CachedTokens.in(cache, clock)).isEmpty();
        cache.put(API, token(60));
        cache.put(OTHERS, token(90));
        cache.put(customer(1), token(40));
        cache.put(TokenKey.ofService("client", "certificate", new Scope("other")), token(30));
        Instant start = clock.instant();

        assertThat(CachedTokens.in(cache, clock)).containsExactly(new CachedTokens(Kind.API, 2, start.plusSeconds(60)),
                new CachedTokens(Kind.CUSTOMER, 1, start.plusSeconds(40)),
                new CachedTokens(Kind.OTHER, 1, start.plusSeconds(30)));

        clock.advance(Duration.ofSeconds(60));
        assertThat(CachedTokens.in(cache, clock)).containsExactly(new CachedTokens(Kind.API, 1, start.plusSeconds(90)));
    }

    @Test
    void refusalOfCredentialsCountsForAllScopes() {
        TokenCache cache = cache();
        cache.putRefusal("credentials", Optional.empty(), REFUSAL);

        assertThat(cache.refusal("credentials", Scope.API)).containsSame(REFUSAL);
        assertThat(cache.refusal("credentials", CUSTOMER.scope())).containsSame(REFUSAL);
        assertThat(cache.refusal("others", Scope.API)).isEmpty();
        assertThat(cache.find(API)).isEmpty();
    }

    @Test
    void refusalOfAScopeDoesNotCountForOtherScopes() {
        TokenCache cache = cache();
        cache.putRefusal("credentials", Optional.of(Scope.API), REFUSAL);

        assertThat(cache.refusal("credentials", Scope.API)).containsSame(REFUSAL);
        assertThat(cache.refusal("credentials", CUSTOMER.scope())).isEmpty();
        assertThat(cache.refusal("others", Scope.API)).isEmpty();
    }

    @Test
    void refusalExpires() {
        TokenCache cache = cache();
        cache.putRefusal("credentials", Optional.empty(), REFUSAL);
        cache.putRefusal("others", Optional.of(Scope.API), REFUSAL);
        clock.advance(Duration.ofMillis(4_999));
        assertThat(cache.refusal("credentials", Scope.API)).isPresent();
        assertThat(cache.refusal("others", Scope.API)).isPresent();

        clock.advance(Duration.ofMillis(1));
        assertThat(cache.refusal("credentials", Scope.API)).isEmpty();
        assertThat(cache.refusal("others", Scope.API)).isEmpty();
    }

    /** @return a token of Lean's size that expires after the seconds */
    protected CachedToken token(int seconds) {
        return CachedToken.of(AccessToken.of(Map.of("access_token", "x".repeat(900), "scope", "api", "token_type", "Bearer",
                "expires_in", seconds), Scope.API), clock.instant()).orElseThrow();
    }

    /** @return the key of a customer's token */
    protected static TokenKey customer(int number) {
        return TokenKey.ofService("client", "certificate", new Scope("customer." + number));
    }
}
