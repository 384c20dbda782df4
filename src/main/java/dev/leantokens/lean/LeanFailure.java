package dev.leantokens.lean;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.CodecException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClosedEngineException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;

/** What it means that a call to Lean ended without an answer. */
final class LeanFailure {

    private static final Pattern PROXY_STATUS = Pattern.compile("status: (\\d{3})\\b");

    private LeanFailure() {
    }

    /**
     * @param failure what the REST client, Vert.x or Netty failed with, wrapped in whatever they wrap it in
     * @return what it means; or the failure itself if none of these fails so: then it is a fault of this service
     */
    static Throwable translate(Throwable failure) {
        if (failure instanceof TokenException translated) {
            return translated;
        }
        boolean broken = false;
        for (Throwable cause = failure; cause != null; cause = next(cause)) {
            if (innermost(cause) instanceof NotSslRecordException) {
                // Without it: it quotes what came, and a proxy may have sent back what it was sent.
                return untrusted(new SSLException("what answers there does not speak TLS"));
            }
            if (isAboutCertificates(cause)) {
                // It says what is wrong with which certificate.
                return untrusted(innermost(cause));
            }
            if (cause instanceof ProxyConnectException) {
                return TokenError.LEAN_UNAVAILABLE.because("the proxy on the way to Lean does not lead there" + status(cause),
                        // Another one, since the message of this one can quote what was sent.
                        new ProxyConnectException("no tunnel was opened"));
            }
            // A connection that takes too long to open is an unreachable Lean, not a slow one: it comes first, since its
            // class is a ConnectException beside other things.
            if (cause instanceof ConnectTimeoutException || cause instanceof ConnectException
                    || cause instanceof NoRouteToHostException || cause instanceof UnknownHostException
                    || cause instanceof SSLException) {
                // These say which address or certificate it was, and nothing that was sent.
                return TokenError.LEAN_UNAVAILABLE.because("Lean cannot be reached", cause);
            }
            if (cause instanceof TimeoutException) {
                return TokenError.LEAN_TIMED_OUT.because("Lean did not answer in time");
            }
            if (cause instanceof StaleConnectionException) {
                // With it: the breaker has to know.
                return TokenError.LEAN_UNAVAILABLE.because("the connection to Lean broke", cause);
            }
            if (cause instanceof UnusableResponseException) {
                return TokenError.UNUSABLE_ANSWER.because("unusable response from Lean: " + cause.getMessage());
            }
            broken |= isBroken(cause);
        }
        return broken ? TokenError.LEAN_UNAVAILABLE.because("the connection to Lean broke") : failure;
    }

    /** @return whether no connection could be opened, so that nothing was sent and another address may do */
    static boolean isNotConnected(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = next(cause)) {
            if (cause instanceof ProxyConnectException || cause instanceof ConnectTimeoutException
                    || cause instanceof ConnectException || cause instanceof NoRouteToHostException
                    || cause instanceof SSLHandshakeException) {
                // Not if it is about certificates: they would be the same elsewhere, and an operator has to be told.
                return translate(failure) instanceof TokenException translated
                        && translated.error() == TokenError.LEAN_UNAVAILABLE;
            }
        }
        return false;
    }

    /** @return whether it means that no connection to Lean could be opened, which does not depend on what was to be sent */
    static boolean isWithoutConnection(Throwable translated) {
        if (!(translated instanceof TokenException failure)) {
            return false;
        }
        Throwable cause = failure.getCause();
        return failure.error() == TokenError.LEAN_UNTRUSTED || failure.error() == TokenError.LEAN_UNAVAILABLE
                && (cause instanceof ConnectException || cause instanceof NoRouteToHostException
                        || cause instanceof UnknownHostException || cause instanceof SSLHandshakeException);
    }

    /** @return whether the connection has failed the request, so that a new one may do */
    static boolean isStale(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = next(cause)) {
            // The latter if it was closed between leaving the pool and the request.
            if (cause instanceof StaleConnectionException || cause instanceof HttpClosedException) {
                return true;
            }
        }
        return false;
    }

    /** What the layers below fail with when a connection ends: of the network, of Netty's codecs and of Vert.x. */
    private static boolean isBroken(Throwable cause) {
        return cause instanceof IOException || cause instanceof CodecException || cause instanceof ChannelException
                || cause instanceof VertxException;
    }

    private static TokenException untrusted(Throwable reason) {
        return TokenError.LEAN_UNTRUSTED.because("no secure connection to Lean can be made, the log of this service tells its "
                + "operator why", reason);
    }

    /**
     * Lean's certificate is expired, another one's or nobody's that is trusted here; or Lean says such a thing of ours. A
     * connection that breaks or takes too long while it is made secure is one that broke.
     */
    private static boolean isAboutCertificates(Throwable cause) {
        boolean handshake = cause instanceof SSLHandshakeException
                || cause instanceof SSLException && String.valueOf(cause.getMessage()).contains("fatal alert");
        Throwable reason = innermost(cause);
        return handshake && (reason instanceof SSLException || reason instanceof GeneralSecurityException)
                && !(reason instanceof SslHandshakeTimeoutException) && !(reason instanceof SslClosedEngineException);
    }

    /** The number alone: what a proxy says beside it can be what it was sent. */
    private static String status(Throwable refusal) {
        Matcher status = PROXY_STATUS.matcher(String.valueOf(refusal.getMessage()));
        return status.find() ? ", it answered " + status.group(1) : "";
    }

    private static Throwable innermost(Throwable cause) {
        Throwable innermost = cause;
        for (Throwable inner = cause; inner != null; inner = next(inner)) {
            innermost = inner;
        }
        return innermost;
    }

    private static Throwable next(Throwable cause) {
        return cause.getCause() == cause ? null : cause.getCause();
    }
}
