package dev.leantokens.limits;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import dev.leantokens.http.BodyReader;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;

/**
 * Counts the connections of each port and of each peer, and closes those that are too many or whose request does not get ready.
 * Thread-safe.
 */
public final class ConnectionGate {

    /** What Vert.x calls its handler of TLS. */
    private static final String TLS_HANDLER = "ssl";

    private static final Object NO_ANSWER_EXPECTED = new Object();

    private final int most;
    private final int mostOfOne;
    private final long requestNanos;
    private final LongSupplier clock;
    private final Backlog backlog;
    private final RareLog connectionLog;
    private final RareLog failureLog;

    private final Map<Integer, Integer> perPort = new ConcurrentHashMap<>();
    private final Map<Peer, Integer> perPeer = new ConcurrentHashMap<>();
    private final AtomicLong refused = new AtomicLong();

    private record Peer(int port, ByteBuffer network) {
    }

    /**
     * @param most connections of a port
     * @param mostOfOne connections of a port from one peer
     * @param requestTime the time for a request, until its answer begins; with it for a handshake and for HTTP/2's preface
     * @param backlog of all connections
     * @param clock nanoseconds since some time
     * @param log takes a line for the log
     */
    ConnectionGate(int most, int mostOfOne, Duration requestTime, Backlog backlog, LongSupplier clock,
            Consumer<String> log) {
        this.most = most;
        this.mostOfOne = mostOfOne;
        this.requestNanos = requestTime.toNanos();
        this.backlog = backlog;
        this.clock = clock;
        this.connectionLog = new RareLog(clock, log);
        this.failureLog = new RareLog(clock, log);
    }

    /** @return the handler for one connection, to be the first that hears of it */
    ChannelHandler guard() {
        return new Guard();
    }

    /**
     * @return the handler for a port, to be the last that hears of it: it says that no connection can be accepted, for want
     *         of file descriptors for one. Netty has seen to it by then that another is accepted later
     */
    ChannelHandler portGuard() {
        return new PortGuard();
    }

    /** Says of a connection of HTTP/1.1 that what it has received so far is answered, on its event loop. */
    public static void expectNoAnswer(ChannelPipeline connection) {
        connection.fireUserEventTriggered(NO_ANSWER_EXPECTED);
    }

    private boolean enter(Peer peer) {
        if (!enter(perPort, peer.port(), most)) {
            refuse(most + " connections are open on port " + peer.port() + ", as many as LIMITS_CONNECTIONS allows");
            return false;
        }
        if (!enter(perPeer, peer, mostOfOne)) {
            leave(perPort, peer.port());
            refuse(mostOfOne + " connections are open on port " + peer.port()
                    + " from one peer, as many as LIMITS_CONNECTIONS_PER_PEER allows");
            return false;
        }
        return true;
    }

    private void leave(Peer peer) {
        leave(perPeer, peer);
        leave(perPort, peer.port());
    }

    private static <K> boolean enter(Map<K, Integer> counts, K key, int limit) {
        int[] before = new int[1];
        counts.compute(key, (k, count) -> {
            before[0] = count == null ? 0 : count;
            return before[0] < limit ? Integer.valueOf(before[0] + 1) : count;
        });
        return before[0] < limit;
    }

    private static <K> void leave(Map<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
    }

    private void refuse(String reason) {
        refused.incrementAndGet();
        connectionLog.say(() -> reason + ": further ones are closed at once, " + refused.getAndSet(0)
                + " since this was last said");
    }

    private static Peer peer(ChannelHandlerContext context) {
        return new Peer(port(context.channel().localAddress()), network(context.channel().remoteAddress()));
    }

    private static int port(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
    }

    private static ByteBuffer network(SocketAddress address) {
        InetAddress inet = address instanceof InetSocketAddress socket ? socket.getAddress() : null;
        return inet == null ? ByteBuffer.allocate(0) : PeerNetwork.of(inet);
    }

    /** Of one port. */
    private final class PortGuard extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            super.channelActive(context);
            // By now Netty has put its own handler in, behind which this one belongs.
            context.pipeline().remove(this).addLast(this);
        }

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            failureLog.say(() -> "Port " + port(context.channel().localAddress())
                    + " can accept no connection for the moment: " + failure);
        }
    }

    /** Of one connection, which it counts; called by the connection's event loop. */
    private final class Guard extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            Peer peer = peer(context);
            if (!enter(peer)) {
                context.close();
                return;
            }
            // An upgrade to HTTP/2 removes this handler.
            context.channel().closeFuture().addListener(closed -> leave(peer));
            Backlog.Connection waiting = backlog.connection();
            RequestClock requests = new RequestClock();
            ChannelPipeline pipeline = context.pipeline();
            pipeline.addAfter(context.name(), null, waiting);
            // By now Vert.x has put its first handlers in: what is said is heard behind that of TLS, if there is one.
            ChannelHandlerContext tls = pipeline.context(TLS_HANDLER);
            pipeline.addAfter((tls == null ? pipeline.context(waiting) : tls).name(), null, requests);
            pipeline.addLast(new ProtocolStart(waiting, requests));
            super.channelActive(context);
        }
    }

    /** Hears the first bytes of a protocol when Vert.x, in front of it, has put in the handlers for it behind it. */
    private static final class ProtocolStart extends ChannelInboundHandlerAdapter {

        private final Backlog.Connection backlog;
        private final RequestClock clock;

        private ProtocolStart(Backlog.Connection backlog, RequestClock clock) {
            this.backlog = backlog;
            this.clock = clock;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
            ChannelPipeline pipeline = context.pipeline();
            pipeline.remove(this);
            if (pipeline.get(HttpRequestDecoder.class) != null) {
                ChannelHandlerContext requests = pipeline.context(clock);
                Http1Requests.handle(pipeline, requests.name(), backlog, () -> clock.requestBegins(requests), bytes);
            } else {
                backlog.countAnswers();
                super.channelRead(context, bytes);
            }
        }
    }

    /**
     * Sees to it that the requests of one connection get ready; all of its methods are called by the connection's event loop.
     * Over HTTP/1.1 all that is read asks for an answer, and all that is written is one. Over HTTP/2 neither is so, and
     * requests do not keep the connection from each other, so there it waits for the client's preface only; the time for a
     * body is {@link BodyReader}'s.
     */
    private final class RequestClock extends ChannelDuplexHandler {

        /** When what is not answered yet began. */
        private long began;
        private boolean unanswered;
        private Protocol protocol = Protocol.UNKNOWN;
        /** One for a connection, however many requests it brings. */
        private Future<?> timer;

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            awaitRequest(context);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            if (timer != null) {
                timer.cancel(false);
            }
            super.channelInactive(context);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
            if (!unanswered && protocol != Protocol.HTTP_2) {
                awaitRequest(context);
            }
            super.channelRead(context, bytes);
        }

        @Override
        public void write(ChannelHandlerContext context, Object bytes, ChannelPromise written) throws Exception {
            if (protocol == Protocol.UNKNOWN) {
                protocol = http2(context) == null ? Protocol.HTTP_1 : Protocol.HTTP_2;
            }
            if (protocol == Protocol.HTTP_1) {
                unanswered = false;
            }
            super.write(context, bytes, written);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event == NO_ANSWER_EXPECTED) {
                unanswered = false;
            } else {
                super.userEventTriggered(context, event);
            }
        }

        /** Its bytes may have come with those of the one before. */
        private void requestBegins(ChannelHandlerContext context) {
            if (!unanswered) {
                awaitRequest(context);
            }
        }

        private void awaitRequest(ChannelHandlerContext context) {
            unanswered = true;
            began = clock.getAsLong();
            if (timer == null) {
                watch(context, requestNanos);
            }
        }

        private void watch(ChannelHandlerContext context, long nanos) {
            timer = context.executor().schedule(() -> {
                timer = null;
                long left = requestNanos - (clock.getAsLong() - began);
                if (unanswered && left > 0) {
                    watch(context, left);
                } else if (unanswered && !isHttp2Established(context)) {
                    context.close();
                }
            }, nanos, TimeUnit.NANOSECONDS);
        }

        /** Looks anew: a connection can be upgraded to HTTP/2 by an answer of HTTP/1.1. */
        private boolean isHttp2Established(ChannelHandlerContext context) {
            Http2ConnectionHandler http2 = http2(context);
            if (http2 == null || !http2.decoder().prefaceReceived()) {
                return false;
            }
            protocol = Protocol.HTTP_2;
            unanswered = false;
            return true;
        }

        private static Http2ConnectionHandler http2(ChannelHandlerContext context) {
            return context.pipeline().get(Http2ConnectionHandler.class);
        }
    }

    private enum Protocol {
        UNKNOWN,
        HTTP_1,
        HTTP_2
    }
}
