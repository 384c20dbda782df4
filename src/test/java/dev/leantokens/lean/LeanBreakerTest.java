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

    /** The failure if neither time nor budget was left to try a new connection. */
    @Test
    void staleConnectionIsNoFailureOfLean() {
        assertThat(LeanBreaker.isFailureOfLean(LeanFailure.translate(new StaleConnectionException("it stayed silent"))))
                .isFalse();
    }

    @Test
    void unreachableLeanIsAFailureOfLean() {
        assertThat(LeanBreaker.isFailureOfLean(LeanFailure.translate(new ConnectException("Connection refused")))).isTrue();
    }

    /** Callers have no influence on these failures. */
    @ParameterizedTest
    @MethodSource
    void connectFailureIsEvidenceAboutTheConnectionOnly(Throwable failure) {
        Throwable translated = LeanFailure.translate(failure);

        assertThat(LeanFailure.isConnectFailure(translated)).isTrue();
        assertThat(LeanBreaker.signOfLean(translated)).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfConnection(translated)).isEqualTo(Sign.BAD);
    }

    static Stream<Throwable> connectFailureIsEvidenceAboutTheConnectionOnly() {
        return Stream.of(new ConnectException("Connection refused"), new ConnectTimeoutException("1000 ms"),
                new NoRouteToHostException("No route to host"), new UnknownHostException("lean"),
                new ProxyConnectException("http, none, status: 503"), new SSLHandshakeException("certificate_expired"));
    }

    @ParameterizedTest
    @MethodSource
    void failureOnAConnectionIsEvidenceAboutTheSubject(Throwable failure) {
        Throwable translated = LeanFailure.translate(failure);

        assertThat(LeanFailure.isConnectFailure(translated)).isFalse();
        assertThat(LeanBreaker.signOfLean(translated)).isEqualTo(Sign.BAD);
        assertThat(LeanBreaker.signOfConnection(translated)).isEqualTo(Sign.GOOD);
    }

    static Stream<Throwable> failureOnAConnectionIsEvidenceAboutTheSubject() {
        return Stream.of(new IOException("Connection reset by peer"), new TimeoutException(),
                TokenError.LEAN_UNAVAILABLE.because("Lean answered 503"), TokenError.LEAN_FAILED.because("Lean answered 500"));
    }

    @Test
    void callThatWasNotMadeIsNoEvidenceAboutLeanAndRefusalShowsThatItWorks() {
        assertThat(LeanBreaker.signOfLean(TokenError.BREAKER_OPEN.because("so"))).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfLean(LeanFailure.translate(new StaleConnectionException("so")))).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfLean(new IllegalStateException())).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfLean(TokenError.SERVICE_CREDENTIALS_REFUSED.because("so"))).isEqualTo(Sign.GOOD);
        assertThat(LeanBreaker.signOfLean(TokenError.THROTTLED.because("so"))).isEqualTo(Sign.GOOD);
        assertThat(LeanBreaker.signOfLean(null)).isEqualTo(Sign.GOOD);
    }

    @Test
    void callThatWasNotMadeIsNoEvidenceAboutTheConnection() {
        assertThat(LeanBreaker.signOfConnection(TokenError.BREAKER_OPEN.because("so"))).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfConnection(LeanFailure.translate(new StaleConnectionException("so"))))
                .isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfConnection(new IllegalStateException())).isEqualTo(Sign.NONE);
        assertThat(LeanBreaker.signOfConnection(TokenError.CALLER_REFUSED.because("so"))).isEqualTo(Sign.GOOD);
        assertThat(LeanBreaker.signOfConnection(null)).isEqualTo(Sign.GOOD);
    }

    /** A native executable includes only the registered ones of Caffeine's classes. */
    @Test
    void classesThatCaffeineLoadsByNameAreRegistered() {
        class Owner {

            @SuppressWarnings("unused")
            private final Cache<String, String> cache = LeanBreaker.evictingIdle(1, new TestClock());
        }

        assertThat(LeanBreaker.class.getAnnotation(RegisterForReflection.class).classNames())
                .containsExactlyInAnyOrderElementsOf(CaffeineClasses.usedBy(new Owner()));
    }

    @Test
    void faultOfThisServiceIsNoFailureOfLean() {
        assertThat(LeanBreaker.isFailureOfLean(LeanFailure.translate(new IllegalStateException()))).isFalse();
    }
}
