package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import jakarta.ws.rs.ProcessingException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.lean.LeanFailure.StaleConnectionException;
import dev.leantokens.lean.LeanFailure.UnusableResponseException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.proxy.ProxyConnectException;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;

class LeanFailureTest {

    static Stream<Arguments> networkFailures() {
        return Stream.of(
                arguments(new ConnectException("Connection refused: lean/192.0.2.1:443"), TokenError.LEAN_UNAVAILABLE),
                arguments(new ConnectTimeoutException("connection timed out"), TokenError.LEAN_UNAVAILABLE),
                arguments(new UnknownHostException("lean"), TokenError.LEAN_UNAVAILABLE),
                arguments(new SocketException("Connection reset"), TokenError.LEAN_UNAVAILABLE),
                arguments(new ClosedChannelException(), TokenError.LEAN_UNAVAILABLE),
                arguments(new HttpClosedException("Connection was closed"), TokenError.LEAN_UNAVAILABLE),
                arguments(new StreamResetException(0), TokenError.LEAN_UNAVAILABLE),
                arguments(new VertxException("Connection was closed"), TokenError.LEAN_UNAVAILABLE),
                arguments(new PrematureChannelClosureException("gone"), TokenError.LEAN_UNAVAILABLE),
                arguments(new StaleConnectionException("stale"), TokenError.LEAN_UNAVAILABLE),
                arguments(new ProxyConnectException("http, none, a => b, status: 502 x"), TokenError.LEAN_UNAVAILABLE),
                arguments(new TimeoutException(), TokenError.LEAN_TIMED_OUT),
                arguments(new UnusableResponseException("it is not HTTP"), TokenError.UNUSABLE_ANSWER),
                arguments(new StreamResetException(0, new UnusableResponseException("too large")), TokenError.UNUSABLE_ANSWER),
                arguments(new IOException(new StreamResetException(0, new TimeoutException())), TokenError.LEAN_TIMED_OUT),
                arguments(new SSLHandshakeException("x").initCause(new CertificateException("expired")),
                        TokenError.LEAN_UNTRUSTED));
    }

    @ParameterizedTest
    @MethodSource("networkFailures")
    void networkFailureIsNotAFaultOfThisService(Throwable failure, TokenError error) {
        for (Throwable wrapped : new Throwable[] { failure, new ProcessingException(failure),
                new ProcessingException(new IllegalStateException(failure)) }) {
            assertThat(LeanFailure.translate(wrapped)).isInstanceOfSatisfying(TokenException.class,
                    translated -> assertThat(translated.error()).isEqualTo(error));
        }
    }

    static Stream<Throwable> faultsOfThisService() {
        return Stream.of(new NullPointerException(), new IllegalStateException("x"), new ClassCastException(),
                new ProcessingException("x"), new ProcessingException(new NullPointerException()), new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("faultsOfThisService")
    void faultOfThisServiceIsNotTranslated(Throwable fault) {
        assertThat(LeanFailure.translate(fault)).isSameAs(fault);
    }

    static Stream<Arguments> connections() {
        return Stream.of(
                arguments(new ProcessingException(new ConnectException("refused")), true, false),
                arguments(new ConnectTimeoutException("late"), true, false),
                arguments(new SSLHandshakeException("Failed to create SSL connection").initCause(new IOException("reset")),
                        true,
                        false),
                arguments(new ProxyConnectException("x"), true, false),
                arguments(new SSLHandshakeException("x").initCause(new CertificateException("expired")), false, false),
                arguments(new SSLException("bad_record_mac"), false, false),
                arguments(new UnknownHostException("lean"), false, false),
                arguments(new SocketException("Connection reset"), false, false),
                arguments(new TimeoutException(), false, false),
                arguments(new HttpClosedException("Connection was closed"), false, true),
                arguments(new ProcessingException(new StaleConnectionException("stale")), false, true));
    }

    @ParameterizedTest
    @MethodSource("connections")
    void onlyUnprocessedRequestsAreRepeatedAtOnce(Throwable failure, boolean elsewhere, boolean stale) {
        assertThat(LeanFailure.mayConnectElsewhere(failure)).isEqualTo(elsewhere);
        assertThat(LeanFailure.isStale(failure)).isEqualTo(stale);
    }
}
