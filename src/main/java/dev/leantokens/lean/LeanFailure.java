package dev.leantokens.lean;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.netty.channel.ChannelException;
import io.netty.handler.codec.CodecException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClosedEngineException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;

/** Translates the failures of calls to Lean that ended without a response. */
final class LeanFailure {

    private static final Pattern PROXY_STATUS = Pattern.compile("status: (\\d{3})\\b");

    /**
     * A reused connection did not serve this request: it broke or stayed silent before the first byte of the response, or the
     * response is about the connection. It says nothing about Lean, and the request can be sent again on a new connection.
     */
    static final class StaleConnectionException extends IOException {

        private static final long serialVersionUID = 1L;

        StaleConnectionException(String message) {
            super(message);
        }

        /** Records no stack: it is expected, and where it is created does not matter. */
        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }

        /** The message alone, as the log's reason. */
        @Override
        public String toString() {
            return getMessage();
        }
    }

    /**
     * The call ended long after its time limit, since this process or its machine was stopped meanwhile. It says nothing about
     * Lean.
     */
    static final class StoppedException extends IOException {

        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("this process was stopped meanwhile");
        }

        /** Records no stack: where it is created does not matter. */
        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }

        /** The message alone, as the log's reason. */
        @Override
        public String toString() {
            return getMessage();
        }
    }

    /** The response cannot be read. Its connection is closed. */
    static final class UnusableResponseException extends IOException {

        private static final long serialVersionUID = 1L;

        /** @param message what is wrong, without anything that was received */
        UnusableResponseException(String message) {
            super(message);
        }
    }

    private LeanFailure() {
    }

    /**
     * @param failure a failure of the REST client, Vert.x or Netty, wrapped in any way
     * @return what it means for callers; or the same failure if it is a fault of this service
     */
    static Throwable translate(Throwable failure) {
        if (failure instanceof TokenException translated) {
            return translated;
        }
        boolean broken = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StoppedException) {
                // As the cause, which the breaker evaluates.
                return TokenError.LEAN_TIMED_OUT.because("Lean did not answer in time", cause);
            }
            if (innermost(cause) instanceof NotSslRecordException) {
                // Replaced, since it quotes what was received, and a proxy may echo what was sent.
                return untrusted(new SSLException("the server does not speak TLS"));
            }
            if (isAboutCertificates(cause)) {
                // Its message names the certificate and the problem.
                return untrusted(innermost(cause));
            }
            if (cause instanceof ProxyConnectException) {
                return TokenError.LEAN_UNAVAILABLE.because("the proxy did not connect to Lean" + status(cause),
                        // Replaced, since its message can quote what was sent.
                        new ProxyConnectException("no tunnel was opened"));
            }
            // Before TimeoutException: a connection that takes too long to open means an unreachable Lean, not a slow one.
            if (isNotConnected(cause) || cause instanceof UnknownHostException || cause instanceof SSLException) {
                // Their messages name the address or the certificate, and quote nothing that was sent.
                return TokenError.LEAN_UNAVAILABLE.because("Lean cannot be reached", cause);
            }
            if (cause instanceof TimeoutException) {
                return TokenError.LEAN_TIMED_OUT.because("Lean did not answer in time");
            }
            if (cause instanceof StaleConnectionException) {
                // As the cause, which the breaker evaluates.
                return TokenError.LEAN_UNAVAILABLE.because("the connection to Lean broke", cause);
            }
            if (cause instanceof UnusableResponseException) {
                return TokenError.UNUSABLE_ANSWER.because("unusable response from Lean: " + cause.getMessage());
            }
            broken |= isBroken(cause);
        }
        return broken ? TokenError.LEAN_UNAVAILABLE.because("the connection to Lean broke") : failure;
    }

    /** @return whether a translated failure is one of this side, so that it says nothing about Lean */
    static boolean isOwn(TokenException translated) {
        return translated.getCause() instanceof StaleConnectionException || translated.getCause() instanceof StoppedException;
    }

    /** @return whether no connection could be opened, nothing was sent, and another address may work */
    static boolean mayConnectElsewhere(Throwable failure) {
        return causes(failure).anyMatch(LeanFailure::isNotConnected)
                // Not for a certificate, which is the same at each address and needs an operator.
                && translate(failure) instanceof TokenException translated && translated.error() == TokenError.LEAN_UNAVAILABLE;
    }

    /** @return whether a translated failure means that no connection could be opened, independent of the request */
    static boolean isConnectFailure(Throwable translated) {
        return translated instanceof TokenException failure && (failure.error() == TokenError.LEAN_UNTRUSTED
                || failure.error() == TokenError.LEAN_UNAVAILABLE
                        && (isNotConnected(failure.getCause()) || failure.getCause() instanceof UnknownHostException));
    }

    /** Among others for Netty's timeout and proxy exceptions, which are a ConnectException. */
    private static boolean isNotConnected(Throwable cause) {
        return cause instanceof ConnectException || cause instanceof NoRouteToHostException
                || cause instanceof SSLHandshakeException;
    }

    /** @return whether a reused connection failed the request, and a new one may work */
    static boolean isStale(Throwable failure) {
        // HttpClosedException: the connection was closed after it left the pool and before the request was written.
        return causes(failure)
                .anyMatch(cause -> cause instanceof StaleConnectionException || cause instanceof HttpClosedException);
    }

    /** @return whether the network, Netty's codecs or Vert.x report the end of a connection */
    private static boolean isBroken(Throwable cause) {
        return cause instanceof IOException || cause instanceof CodecException || cause instanceof ChannelException
                || cause instanceof VertxException;
    }

    private static TokenException untrusted(Throwable reason) {
        return TokenError.LEAN_UNTRUSTED
                .because("no secure connection to Lean can be made; this service's log has the reason", reason);
    }

    /**
     * @return whether one side rejects the other's certificate: it is expired, for another host or not trusted. A handshake
     *         that breaks or times out is a broken connection instead.
     */
    private static boolean isAboutCertificates(Throwable cause) {
        boolean handshake = cause instanceof SSLHandshakeException
                || cause instanceof SSLException && String.valueOf(cause.getMessage()).contains("fatal alert");
        Throwable reason = innermost(cause);
        return handshake && (reason instanceof SSLException || reason instanceof GeneralSecurityException)
                && !(reason instanceof SslHandshakeTimeoutException) && !(reason instanceof SslClosedEngineException);
    }

    /** Returns the status code alone: the rest of the message can quote what the proxy was sent. */
    private static String status(Throwable refusal) {
        Matcher status = PROXY_STATUS.matcher(String.valueOf(refusal.getMessage()));
        return status.find() ? ": it answered " + status.group(1) : "";
    }

    private static Throwable innermost(Throwable failure) {
        return causes(failure).reduce((outer, inner) -> inner).orElseThrow();
    }

    /** @return the failure and its causes, the innermost last */
    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }
}
