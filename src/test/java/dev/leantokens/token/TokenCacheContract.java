package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.TestClock;

/** What every cache that keeps something does. */
public abstract class TokenCacheContract {

    private static final TokenException REFUSAL = TokenError.CALLER_REFUSED.because("refused");
    private static final TokenKey API = new TokenKey("client", "certificate", Scope.API);
    private static final TokenKey CUSTOMER = new TokenKey("client", "certificate", new Scope("customer.42"));
    private static final TokenKey OTHERS = new TokenKey("others", "certificate", Scope.API);

    protected final TestClock clock = new TestClock();

    /** @return an empty cache that keeps refusals for 5 s and goes by {@link #clock} */
    protected abstract TokenCache cache();

    @Test
    void keepsWhatItIsGiven() {
        TokenCache cache = cache();
        CachedToken token = token(60);
        cache.keep(API, token);

        assertThat(cache.isEnabled()).isTrue();
        assertThat(cache.find(API)).containsSame(token);
        assertThat(cache.find(CUSTOMER)).isEmpty();
        assertThat(cache.find(OTHERS)).isEmpty();
    }

    @Test
    void keepsATokenUntilItExpires() {
        TokenCache cache = cache();
        cache.keep(API, token(60));
        clock.advance(Duration.ofMillis(59_999));
        assertThat(cache.find(API)).isPresent();

        clock.advance(Duration.ofMillis(1));
        assertThat(cache.find(API)).isEmpty();
    }

    @Test
    void newerTokenTakesThePlaceAndHasATimeOfItsOwn() {
        TokenCache cache = cache();
        cache.keep(API, token(60));
        clock.advance(Duration.ofSeconds(50));
        CachedToken newer = token(60);
        cache.keep(API, newer);
        clock.advance(Duration.ofSeconds(50));

        assertThat(cache.find(API)).containsSame(newer);
    }

    @Test
    void tokensOfAnotherCertificateAreDropped() {
        TokenCache cache = cache();
        TokenKey ofTheNewOne = new TokenKey("client", "new", Scope.API);
        cache.keep(API, token(60));
        cache.keep(OTHERS, token(60));
        cache.keep(ofTheNewOne, token(60));

        cache.keepOnlyOf("new");

        assertThat(cache.find(API)).isEmpty();
        assertThat(cache.find(OTHERS)).isEmpty();
        assertThat(cache.find(ofTheNewOne)).isPresent();
    }

    @Test
    void refusalIsOfCredentialsWhateverTheyAskFor() {
        TokenCache cache = cache();
        cache.keepRefusal("credentials", REFUSAL);

        assertThat(cache.refusalOf("credentials", Scope.API)).containsSame(REFUSAL);
        assertThat(cache.refusalOf("credentials", CUSTOMER.scope())).containsSame(REFUSAL);
        assertThat(cache.refusalOf("others", Scope.API)).isEmpty();
        assertThat(cache.find(API)).isEmpty();
    }

    @Test
    void refusalOfAScopeLeavesTheOthers() {
        TokenCache cache = cache();
        cache.keepRefusal("credentials", Scope.API, REFUSAL);

        assertThat(cache.refusalOf("credentials", Scope.API)).containsSame(REFUSAL);
        assertThat(cache.refusalOf("credentials", CUSTOMER.scope())).isEmpty();
        assertThat(cache.refusalOf("others", Scope.API)).isEmpty();
    }

    @Test
    void refusalIsKeptForAShortTime() {
        TokenCache cache = cache();
        cache.keepRefusal("credentials", REFUSAL);
        cache.keepRefusal("others", Scope.API, REFUSAL);
        clock.advance(Duration.ofMillis(4_999));
        assertThat(cache.refusalOf("credentials", Scope.API)).isPresent();
        assertThat(cache.refusalOf("others", Scope.API)).isPresent();

        clock.advance(Duration.ofMillis(1));
        assertThat(cache.refusalOf("credentials", Scope.API)).isEmpty();
        assertThat(cache.refusalOf("others", Scope.API)).isEmpty();
    }

    /** @return a token of Lean's size that is valid for so many seconds from now */
    protected CachedToken token(int seconds) {
        return CachedToken.of(AccessToken.of(Map.of("access_token", "x".repeat(900), "scope", "api", "token_type", "Bearer",
                "expires_in", seconds), Scope.API), clock.instant()).orElseThrow();
    }

    /** @return a key like that of any customer */
    protected static TokenKey customer(int number) {
        return new TokenKey("client", "certificate", new Scope("customer." + number));
    }
}
