package dev.leantokens.issuer;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;

import io.netty.channel.ChannelException;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClosedEngineException;
import io.vertx.core.VertxException;

/** Translates failures of Vert.x and Netty. */
final class KeyFailure {

    private static final Pattern PROXY_STATUS = Pattern.compile("status: (\\d{3})\\b");

    /** The start of the names of classes that decode responses. */
    private static final List<String> DECODERS = List.of("io.netty.handler.codec.",
            "io.vertx.core.http.impl.Http1xClientConnection");

    private KeyFailure() {
    }

    /**
     * @param step what was being requested
     * @return a {@link KeysException}; or the same failure if it is a fault of this service
     */
    static Throwable translate(String step, Throwable failure) {
        boolean broken = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KeysException known) {
                return known;
            }
            if (cause instanceof ProxyConnectException) {
                // The rest of the message can quote what the proxy was sent.
                Matcher status = PROXY_STATUS.matcher(String.valueOf(cause.getMessage()));
                return new KeysException(KeysFault.UNREACHABLE, step + ": the proxy did not connect to the server"
                        + (status.find() ? ", it answered with status " + status.group(1) : ""));
            }
            if (cause instanceof UnknownHostException) {
                return new KeysException(KeysFault.UNREACHABLE, step + ": the host is unknown");
            }
            if (cause instanceof NotSslRecordException || innermost(cause) instanceof NotSslRecordException) {
                // Its message quotes what was received.
                return new KeysException(KeysFault.UNTRUSTED, step + ": the server does not speak TLS");
            }
            if (cause instanceof SSLException && !(innermost(cause) instanceof SslClosedEngineException)
                    && innermost(cause) instanceof Exception reason) {
                // Its message names the certificate and the problem.
                return new KeysException(KeysFault.UNTRUSTED, step + ": no secure connection: " + reason.getMessage());
            }
            if (isNotConnected(cause)) {
                return new KeysException(KeysFault.UNREACHABLE, step + ": no connection: " + cause.getMessage());
            }
            if (isUndecodable(cause)) {
                return new KeysException(KeysFault.UNUSABLE, step + (cause instanceof TooLongFrameException
                        ? ": its headers are too large"
                        : ": not HTTP"));
            }
            broken |= cause instanceof IOException || cause instanceof CodecException || cause instanceof ChannelException
                    || cause instanceof VertxException;
        }
        return broken ? new KeysException(KeysFault.UNREACHABLE, step + ": the connection broke") : failure;
    }

    private static boolean isUndecodable(Throwable cause) {
        return cause instanceof DecoderException && !(cause instanceof PrematureChannelClosureException)
                || (cause instanceof IllegalArgumentException || cause instanceof IllegalStateException)
                        && isThrownByDecoder(cause);
    }

    /**
     * Netty and Vert.x report an unknown protocol, version or status as an illegal argument or state, or as a malformed number,
     * and their messages quote what was received.
     */
    private static boolean isThrownByDecoder(Throwable cause) {
        return Stream.of(cause.getStackTrace()).map(StackTraceElement::getClassName)
                .filter(name -> !name.startsWith("java.") && !name.startsWith("io.netty.util.")).findFirst()
                .filter(name -> DECODERS.stream().anyMatch(name::startsWith)).isPresent();
    }

    /** @return whether no connection could be opened, and another address may respond */
    static boolean mayConnectElsewhere(Throwable failure) {
        return causes(failure).anyMatch(KeyFailure::isNotConnected)
                && causes(failure).noneMatch(cause -> cause instanceof SSLException);
    }

    /** Among others for Netty's timeout, which is a ConnectException. */
    private static boolean isNotConnected(Throwable cause) {
        return cause instanceof ConnectException || cause instanceof NoRouteToHostException;
    }

    private static Throwable innermost(Throwable failure) {
        return causes(failure).reduce((outer, inner) -> inner).orElseThrow();
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }
}
