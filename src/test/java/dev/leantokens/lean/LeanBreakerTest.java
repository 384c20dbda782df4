package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import javax.net.ssl.SSLHandshakeException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.github.benmanes.caffeine.cache.Cache;

import dev.leantokens.error.TokenError;
import dev.leantokens.lean.Breaker.Sign;
import dev.leantokens.lean.LeanFailure.StaleConnectionException;
import dev.leantokens.testing.CaffeineClasses;
import dev.leantokens.testing.TestClock;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.proxy.ProxyConnectException;
import io.quarkus.runtime.annotations.RegisterForReflection;

class LeanBreakerTest {

    /** As it is when there was neither time nor budget left to try a new connection. */
    @Test
    void staleConnectionSaysNothingOfLean() {
        assertThat(LeanBreaker.isFailureOfLean(LeanFailure.translate(new StaleConnectionException("it stayed silent"))))
                .isFalse();
    }

    @Test
    void leanThatCannotBeReachedCounts() {
        assertThat(LeanBreaker.isFailureOfLean(LeanFailure.translate(new ConnectException("Connection refused")))).isTrue();
    }

    /** These depend on nothing that a caller can choose. */
    @ParameterizedTest
    @MethodSource
    void withoutAConnectionNothingIsSaidOfWhatWasAskedFor(Throwable failure) {
        Throwable translated = LeanFailure.translate(failure);

        assertThat(LeanFailure.isConnectFailure(translated)).isTrue();
        assertThat(LeanBreaker.signOfLean(translated)).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfConnection(translated)).isEqualTo(Sign.BAD);
    }

    static Stream<Throwable> withoutAConnectionNothingIsSaidOfWhatWasAskedFor() {
        return Stream.of(new ConnectException("Connection refused"), new ConnectTimeoutException("1000 ms"),
                new NoRouteToHostException("No route to host"), new UnknownHostException("lean"),
                new ProxyConnectException("http, none, status: 503"), new SSLHandshakeException("certificate_expired"));
    }

    @ParameterizedTest
    @MethodSource
    void whatHappensOnAConnectionIsOfWhatWasAskedFor(Throwable failure) {
        Throwable translated = LeanFailure.translate(failure);

        assertThat(LeanFailure.isConnectFailure(translated)).isFalse();
        assertThat(LeanBreaker.signOfLean(translated)).isEqualTo(Sign.BAD);
        assertThat(LeanBreaker.signOfConnection(translated)).isEqualTo(Sign.GOOD);
    }

    static Stream<Throwable> whatHappensOnAConnectionIsOfWhatWasAskedFor() {
        return Stream.of(new IOException("Connection reset by peer"), new TimeoutException(),
                TokenError.LEAN_UNAVAILABLE.because("Lean answered 503"), TokenError.LEAN_FAILED.because("Lean answered 500"));
    }

    @Test
    void whatWasNotAskedSaysNothingOfLeanAndWhatWasRefusedThatItWorks() {
        assertThat(LeanBreaker.signOfLean(TokenError.BREAKER_OPEN.because("so"))).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfLean(LeanFailure.translate(new StaleConnectionException("so")))).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfLean(new IllegalStateException())).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfLean(TokenError.SERVICE_CREDENTIALS_REFUSED.because("so"))).isEqualTo(Sign.GOOD);
        assertThat(LeanBreaker.signOfLean(TokenError.THROTTLED.because("so"))).isEqualTo(Sign.GOOD);
        assertThat(LeanBreaker.signOfLean(null)).isEqualTo(Sign.GOOD);
    }

    @Test
    void whatWasNotAskedSaysNothingOfTheConnection() {
        assertThat(LeanBreaker.signOfConnection(TokenError.BREAKER_OPEN.because("so"))).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfConnection(LeanFailure.translate(new StaleConnectionException("so"))))
                .isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfConnection(new IllegalStateException())).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfConnection(TokenError.CALLER_REFUSED.because("so"))).isEqualTo(Sign.GOOD);
        assertThat(LeanBreaker.signOfConnection(null)).isEqualTo(Sign.GOOD);
    }

    /** A native executable has only those of Caffeine's classes that are named to it. */
    @Test
    void classesThatCaffeineFindsByNameAreRegistered() {
        class Owner {

            @SuppressWarnings("unused")
            private final Cache<String, String> cache = LeanBreaker.evictingIdle(1, new TestClock());
        }

        assertThat(LeanBreaker.class.getAnnotation(RegisterForReflection.class).classNames())
                .containsExactlyInAnyOrderElementsOf(CaffeineClasses.usedBy(new Owner()));
    }

    @Test
    void faultOfThisServiceSaysNothingOfLean() {
        assertThat(LeanBreaker.isFailureOfLean(LeanFailure.translate(new IllegalStateException()))).isFalse();
    }
}
