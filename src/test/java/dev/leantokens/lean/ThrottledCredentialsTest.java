package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.CaffeineClasses;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.quarkus.runtime.annotations.RegisterForReflection;

class ThrottledCredentialsTest {

    private static final Scope API = new Scope("api");
    private static final UpstreamTokenRequest SERVICE = new UpstreamTokenRequest(Optional.empty(), "the service's digest", API,
            Purpose.NEED,
            CallerAccount.SERVICE);

    private final TestClock clock = new TestClock();
    private final ThrottledCredentials throttled = new ThrottledCredentials(clock);

    @Test
    void throttledCredentialsArePausedAsLongAsLeanSays() {
        throttled.pause(callers("right"), Duration.ofSeconds(20));
        clock.advance(Duration.ofSeconds(5));

        TokenException refusal = refusal(callers("right"));
        assertThat(refusal.error()).isEqualTo(TokenError.THROTTLED);
        assertThat(refusal.response().retryAfter()).contains(Duration.ofSeconds(15));

        clock.advance(Duration.ofSeconds(15));
        assertThat(refusal(callers("right"))).isNull();
    }

    @Test
    void otherSecretsOfTheSameIdAreNotPaused() {
        throttled.pause(callers("wrong"), Duration.ofSeconds(20));

        assertThat(refusal(callers("right"))).isNull();
        assertThat(refusal(SERVICE)).isNull();
        assertThat(throttled.isServicePaused()).isFalse();
    }

    @Test
    void pauseOfTheServiceOutlivesItsSecret() {
        throttled.pause(SERVICE, Duration.ofSeconds(20));
        UpstreamTokenRequest newSecret = new UpstreamTokenRequest(Optional.empty(), "another digest", API, Purpose.NEED,
                CallerAccount.SERVICE);

        assertThat(refusal(newSecret)).isNotNull();
        assertThat(throttled.isServicePaused()).isTrue();
        assertThat(refusal(callers("right"))).isNull();
    }

    @Test
    void shorterPauseDoesNotEndALongerOneAndAMinuteIsTheLongest() {
        throttled.pause(SERVICE, Duration.ofHours(1));
        throttled.pause(SERVICE, Duration.ofSeconds(1));
        clock.advance(Duration.ofSeconds(59));
        assertThat(refusal(SERVICE)).isNotNull();

        clock.advance(Duration.ofSeconds(1));
        assertThat(refusal(SERVICE)).isNull();
        assertThat(throttled.isServicePaused()).isFalse();
    }

    @Test
    void callersPausesDoNotEvictThatOfTheService() {
        throttled.pause(SERVICE, Duration.ofSeconds(60));

        for (int i = 0; i < 50_000; i++) {
            throttled.pause(callers("invented-" + i), Duration.ofSeconds(60));
            throttled.pause(callers("invented-" + i), Duration.ofSeconds(60));
        }

        assertThat(throttled.isServicePaused()).isTrue();
        assertThat(refusal(SERVICE)).isNotNull();
    }

    @Test
    void memoryIsBounded() {
        for (int i = 0; i < 100_000; i++) {
            throttled.pause(callers("secret" + i), Duration.ofSeconds(20));
        }

        assertThat(CaffeineClasses.cachesOf(throttled)).singleElement()
                .satisfies(kept -> assertThat(kept.estimatedSize()).isLessThan(10_100));
    }

    /** A native executable includes only the registered ones of Caffeine's classes. */
    @Test
    void classesThatCaffeineLoadsByNameAreRegistered() {
        assertThat(ThrottledCredentials.class.getAnnotation(RegisterForReflection.class).classNames())
                .containsExactlyInAnyOrderElementsOf(CaffeineClasses.usedBy(throttled));
    }

    private static UpstreamTokenRequest callers(String secret) {
        return new UpstreamTokenRequest(Optional.of(new ClientCredentials("id", secret)), "digest of " + secret, API,
                Purpose.NEED,
                CallerAccount.SERVICE);
    }

    private TokenException refusal(UpstreamTokenRequest request) {
        return catchThrowableOfType(TokenException.class, () -> throttled.requireNoPause(request));
    }
}
