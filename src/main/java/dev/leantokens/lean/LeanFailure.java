package dev.leantokens.lean;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLException;

import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;

/** What it means that a call to Lean ended without an answer. */
final class LeanFailure {

    private LeanFailure() {
    }

    /** @param failure what the REST client, Vert.x or Netty failed with, wrapped in whatever they wrap it in */
    static TokenException translate(Throwable failure) {
        if (failure instanceof TokenException translated) {
            return translated;
        }
        for (Throwable cause = failure; cause != null; cause = next(cause)) {
            // A connection that takes too long to open is an unreachable Lean, not a slow one: it comes first, since its
            // class is a ConnectException beside other things.
            if (cause instanceof ConnectTimeoutException || cause instanceof ConnectException
                    || cause instanceof UnknownHostException || cause instanceof SSLException) {
                // These say which address or certificate it was, and nothing that was sent.
                return TokenError.LEAN_UNAVAILABLE.because("Lean cannot be reached", cause);
            }
            if (cause instanceof TimeoutException) {
                return TokenError.LEAN_TIMED_OUT.because("Lean did not answer in time");
            }
            if (cause instanceof ResponseTooLargeException) {
                return TokenError.UNUSABLE_ANSWER.because("Lean answered in a way that makes no sense here, at great length");
            }
            if (cause instanceof DecoderException) {
                return TokenError.UNUSABLE_ANSWER.because("Lean answered in a way that makes no sense here, it is not HTTP");
            }
        }
        return TokenError.LEAN_UNAVAILABLE.because("the connection to Lean broke");
    }

    private static Throwable next(Throwable cause) {
        return cause.getCause() == cause ? null : cause.getCause();
    }
}
