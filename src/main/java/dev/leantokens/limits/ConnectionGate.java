package dev.leantokens.limits;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequestDecoder;

/** Limits the connections of each port and of each peer, and installs the handlers of each connection. Thread-safe. */
public final class ConnectionGate {

    private final int maxPerPort;
    private final int maxPerPeer;
    private final long requestNanos;
    private final LongSupplier clock;
    private final Backlog backlog;
    private final RareLog connectionLog;
    private final RareLog failureLog;

    private final Map<Integer, Integer> perPort = new ConcurrentHashMap<>();
    private final Map<Peer, Integer> perPeer = new ConcurrentHashMap<>();

    private record Peer(int port, ByteBuffer network) {
    }

    /**
     * @param maxPerPort connections of a port
     * @param maxPerPeer connections of a port from one peer
     * @param requestTime from the start of a request, a TLS handshake or HTTP/2's preface to the start of the response
     * @param backlog of all connections
     * @param clock nanoseconds from an arbitrary origin
     * @param log receives log lines
     */
    ConnectionGate(int maxPerPort, int maxPerPeer, Duration requestTime, Backlog backlog, LongSupplier clock,
            Consumer<String> log) {
        this.maxPerPort = maxPerPort;
        this.maxPerPeer = maxPerPeer;
        this.requestNanos = requestTime.toNanos();
        this.backlog = backlog;
        this.clock = clock;
        this.connectionLog = new RareLog(clock, log);
        this.failureLog = new RareLog(clock, log);
    }

    /** @return the first handler of a connection */
    ChannelHandler connectionGuard() {
        return new ConnectionCounter();
    }

    /**
     * @return the last handler of a port, which logs that no connection can be accepted, for instance for lack of file
     *         descriptors. Netty tries again later
     */
    ChannelHandler portGuard() {
        return new PortGuard();
    }

    /** Stops the timer of an HTTP/1.1 connection whose request is answered already. Called on its event loop. */
    public static void expectNoAnswer(ChannelPipeline connection) {
        connection.fireUserEventTriggered(Http1Requests.NO_ANSWER_EXPECTED);
    }

    private boolean acquire(Peer peer) {
        if (!acquire(perPort, peer.port(), maxPerPort)) {
            logRefusal(maxPerPort + " connections are open on port " + peer.port() + ", the limit of LIMITS_CONNECTIONS");
            return false;
        }
        if (!acquire(perPeer, peer, maxPerPeer)) {
            release(perPort, peer.port());
            logRefusal(maxPerPeer + " connections are open on port " + peer.port()
                    + " from one peer, the limit of LIMITS_CONNECTIONS_PER_PEER");
            return false;
        }
        return true;
    }

    private void release(Peer peer) {
        release(perPeer, peer);
        release(perPort, peer.port());
    }

    private static <K> boolean acquire(Map<K, Integer> counts, K key, int limit) {
        int[] before = new int[1];
        counts.compute(key, (k, count) -> {
            before[0] = count == null ? 0 : count;
            return before[0] < limit ? Integer.valueOf(before[0] + 1) : count;
        });
        return before[0] < limit;
    }

    private static <K> void release(Map<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
    }

    private void logRefusal(String reason) {
        connectionLog.record(refused -> reason + ": closed " + refused + " new connections since the last such line");
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

    /** Handles failures of one port. */
    private final class PortGuard extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            super.channelActive(context);
            // Netty has added its own handler by now, and this one belongs behind it.
            context.pipeline().remove(this).addLast(this);
        }

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            failureLog.record(failures -> "Port " + port(context.channel().localAddress())
                    + " cannot accept connections for the moment: " + failure);
        }
    }

    /** Counts one connection and adds its other handlers. */
    private final class ConnectionCounter extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) throws Exception {
            Peer peer = peer(context);
            if (!acquire(peer)) {
                context.close();
                return;
            }
            ConnectionBacklog held = backlog.newConnection();
            RequestTimer timer = new RequestTimer(context.channel(), requestNanos, clock);
            context.channel().closeFuture().addListener(closed -> {
                timer.cancel();
                release(peer);
            });
            ChannelPipeline pipeline = context.pipeline();
            pipeline.replace(this, null, held);
            // Vert.x has added its first handlers by now.
            pipeline.addLast(new ProtocolDetector(held, timer));
            super.channelActive(context);
        }
    }

    /** Receives the first bytes of a protocol, when Vert.x has added the handlers of that protocol behind this one. */
    private static final class ProtocolDetector extends ChannelInboundHandlerAdapter {

        private final ConnectionBacklog held;
        private final RequestTimer timer;

        private ProtocolDetector(ConnectionBacklog held, RequestTimer timer) {
            this.held = held;
            this.timer = timer;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
            ChannelPipeline pipeline = context.pipeline();
            if (pipeline.get(HttpRequestDecoder.class) != null) {
                pipeline.remove(this);
                Http1Requests.handle(pipeline, held, timer, bytes);
            } else {
                IncompleteFrame incomplete = new IncompleteFrame(timer);
                pipeline.replace(this, null, incomplete);
                held.watchHttp2(incomplete);
                incomplete.channelRead(pipeline.context(incomplete), bytes);
            }
        }
    }
}
