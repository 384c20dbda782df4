package dev.leantokens.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

import javax.net.ssl.SSLEngine;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.testing.Certificates;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.ssl.SslHandler;

class ConnectionGateTest {

    private static final int MOST = 5;
    private static final int MOST_OF_ONE = 3;
    private static final Duration REQUEST_TIME = Duration.ofSeconds(30);
    private static final String REQUEST = "GET /1 HTTP/1.1\r\n\r\n";
    private static final Certificates.Authority AUTHORITY = new Certificates.Authority("authority");

    private final AtomicLong nanos = new AtomicLong();
    private final List<String> log = new ArrayList<>();
    private final Backlog backlog = new Backlog(1 << 20, REQUEST_TIME, nanos::get, log::add);
    private final ConnectionGate gate = new ConnectionGate(MOST, MOST_OF_ONE, REQUEST_TIME, backlog, nanos::get, log::add);

    /** Its time advances only by {@link #pass}. */
    private final class Connection extends EmbeddedChannel {

        private final InetSocketAddress local;
        private final InetSocketAddress remote;

        private Connection(String from, int port) {
            this(from, port, bare -> {
            });
        }

        private Connection(String from, int port, Consumer<EmbeddedChannel> handlers) {
            // With a handler, the base class's constructor would activate the channel before it has its addresses.
            super(false, false);
            this.local = new InetSocketAddress("192.0.2.250", port);
            this.remote = new InetSocketAddress(from, 50_000);
            freezeTime();
            pipeline().addFirst(gate.connectionGuard());
            handlers.accept(this);
            try {
                register();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        protected SocketAddress localAddress0() {
            return local;
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return remote;
        }
    }

    private Connection connect(String from) {
        return new Connection(from, 8080);
    }

    private Connection connectOverHttp1() {
        return new Connection("192.0.2.1", 8080, handlers -> handlers.pipeline().addLast(http1()));
    }

    /** As Vert.x detects the protocol. */
    private static ChannelHandler http1() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object first) {
                context.pipeline().addLast(new HttpRequestDecoder(), new HttpResponseEncoder());
                context.pipeline().remove(this);
                context.fireChannelRead(first);
            }
        };
    }

    private static void receive(Connection connection, String text) {
        connection.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private static void answer(Connection connection) {
        answer(connection, HttpResponseStatus.OK);
    }

    private static void answer(Connection connection, HttpResponseStatus status) {
        connection.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status));
        connection.runPendingTasks();
    }

    private void pass(Connection connection, Duration time) {
        nanos.addAndGet(time.toNanos());
        connection.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        connection.runScheduledPendingTasks();
    }

    @Test
    void connectionBeyondThePeersLimitIsClosed() {
        Connection first = connect("192.0.2.1");
        connect("192.0.2.1");
        connect("192.0.2.1");

        assertThat(connect("192.0.2.1").isOpen()).isFalse();
        assertThat(first.isOpen()).isTrue();
        assertThat(connect("192.0.2.2").isOpen()).isTrue();
        assertThat(log).singleElement().asString().contains("LIMITS_CONNECTIONS_PER_PEER").contains("port 8080")
                .doesNotContain("192.0.2.1");
    }

    @Test
    void connectionBeyondThePortsLimitIsClosed() {
        for (int i = 1; i <= MOST; i++) {
            assertThat(connect("192.0.2." + i).isOpen()).isTrue();
        }

        assertThat(connect("192.0.2.99").isOpen()).isFalse();
        assertThat(new Connection("192.0.2.99", 9090).isOpen()).isTrue();
        assertThat(log).singleElement().asString().contains("limit of LIMITS_CONNECTIONS:");
    }

    @Test
    void closedConnectionMakesRoom() {
        for (int i = 0; i < 100; i++) {
            Connection connection = connect("192.0.2.1");
            assertThat(connection.isOpen()).isTrue();
            connection.close();
        }
        assertThat(log).isEmpty();
    }

    @Test
    void refusedConnectionTakesNoRoom() {
        for (int i = 0; i < MOST_OF_ONE + 10; i++) {
            connect("192.0.2.1");
        }

        assertThat(connect("192.0.2.2").isOpen()).isTrue();
        assertThat(connect("192.0.2.2").isOpen()).isTrue();
        assertThat(connect("192.0.2.3").isOpen()).as("the port is full now").isFalse();
    }

    @ParameterizedTest
    @CsvSource({
            "2001:db8:1:2::1, 2001:db8:1:2:ffff::9, true",
            "2001:db8:1:2::1, 2001:db8:1:3::1,      false",
            "192.0.2.1,       ::ffff:192.0.2.1,     true",
            "192.0.2.1,       192.0.3.1,            false",
    })
    void networkOfSixtyFourBitsIsOnePeer(String one, String other, boolean same) {
        for (int i = 0; i < MOST_OF_ONE; i++) {
            connect(one);
        }

        assertThat(connect(other).isOpen()).isEqualTo(!same);
    }

    @Test
    void refusalsAreLoggedOnceAMinute() {
        for (int i = 0; i < MOST_OF_ONE + 10; i++) {
            connect("192.0.2.1");
        }
        assertThat(log).hasSize(1);

        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        connect("192.0.2.1");
        connect("192.0.2.1");

        assertThat(log).hasSize(2);
        assertThat(log.get(1)).contains("closed 10 new connections since the last such line");
    }

    @Test
    void silentConnectionIsClosed() {
        Connection connection = connect("192.0.2.1");

        pass(connection, REQUEST_TIME.minusMillis(1));
        assertThat(connection.isOpen()).isTrue();
        pass(connection, Duration.ofMillis(1));
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void requestThatArrivesByteByByteIsClosed() {
        Connection connection = connectOverHttp1();
        pass(connection, REQUEST_TIME.minusSeconds(1));
        receive(connection, REQUEST);
        answer(connection);

        pass(connection, Duration.ofMinutes(5));
        for (int i = 0; i < 30; i++) {
            assertThat(connection.isOpen()).as("after %s s", i).isTrue();
            receive(connection, "G");
            pass(connection, Duration.ofSeconds(1));
        }
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void answeredConnectionMayStayIdle() {
        Connection connection = connectOverHttp1();
        receive(connection, REQUEST);
        answer(connection);

        for (int i = 0; i < 10; i++) {
            pass(connection, REQUEST_TIME);
        }

        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void restOfAnAnsweredRequestNeedsNoResponse() {
        Connection connection = connectOverHttp1();
        receive(connection, "POST /1 HTTP/1.1\r\nContent-Length: 4\r\n\r\n");
        answer(connection);
        receive(connection, "rest");
        ConnectionGate.expectNoAnswer(connection.pipeline());

        for (int i = 0; i < 10; i++) {
            pass(connection, REQUEST_TIME);
        }

        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void everyRequestHasItsOwnTime() {
        Connection connection = connectOverHttp1();
        for (int i = 0; i < 20; i++) {
            receive(connection, REQUEST);
            pass(connection, REQUEST_TIME.minusSeconds(5));
            answer(connection);
        }

        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void interimResponseDoesNotEndTheTimeOfTheRequest() {
        Connection connection = connectOverHttp1();
        receive(connection, "POST /1 HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        answer(connection, HttpResponseStatus.CONTINUE);

        pass(connection, REQUEST_TIME.minusSeconds(1));
        assertThat(connection.isOpen()).isTrue();
        pass(connection, Duration.ofSeconds(1));
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void failureToAcceptIsLoggedOnceAMinuteWithoutAStackTrace() {
        EmbeddedChannel port = new EmbeddedChannel(gate.portGuard());

        for (int i = 0; i < 5; i++) {
            port.pipeline().fireExceptionCaught(new IOException("Too many open files"));
        }
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        port.pipeline().fireExceptionCaught(new IOException("Too many open files"));
        port.checkException();

        assertThat(log).hasSize(2).allMatch(line -> line.endsWith("java.io.IOException: Too many open files"));
    }

    @Test
    void oneTimerServesManyRequests() {
        Connection connection = connectOverHttp1();
        for (int i = 0; i < 1000; i++) {
            receive(connection, REQUEST);
            answer(connection);
        }

        connection.close();

        assertThat(connection.runScheduledPendingTasks()).as("no timer is left").isEqualTo(-1);
    }

    /**
     * A client that sends raw bytes of HTTP/2 or TLS, and a server's handlers of both behind the gate, under Vert.x' names.
     */
    private final class Peers {

        private final EmbeddedChannel client = new EmbeddedChannel();
        private final Connection server;

        private Peers(ChannelHandler clientTls, ChannelHandler serverTls, ChannelHandler protocol) {
            server = new Connection("192.0.2.1", 8080, tls -> {
                if (serverTls != null) {
                    tls.pipeline().addLast("ssl", serverTls);
                }
                if (protocol != null) {
                    tls.pipeline().addLast("handler", protocol);
                }
            });
            if (clientTls != null) {
                client.pipeline().addFirst(clientTls);
            }
            exchange();
        }

        /** Delivers what both sides send, until nothing is left. */
        private void exchange() {
            boolean more = true;
            while (more) {
                more = move(client, server) | move(server, client);
            }
        }

        private boolean move(EmbeddedChannel from, EmbeddedChannel to) {
            boolean moved = false;
            for (Object bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
                to.writeInbound(bytes);
                moved = true;
            }
            return moved;
        }

        private void clientSends(String hex) {
            client.writeOutbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
            exchange();
        }
    }

    @Test
    void pipelinedRequestHasItsOwnTime() {
        Connection connection = connectOverHttp1();
        receive(connection, REQUEST + "POST /2 HTTP/1.1\r\nContent-Length: 9\r\n\r\n{");
        pass(connection, REQUEST_TIME.minusSeconds(1));
        answer(connection);

        pass(connection, REQUEST_TIME.minusSeconds(1));
        assertThat(connection.isOpen()).isTrue();
        pass(connection, Duration.ofSeconds(1));
        assertThat(connection.isOpen()).isFalse();
    }

    private static final String PREFACE = HexFormat.of()
            .formatHex("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    private static final String SETTINGS = "000000040000000000";
    private static final String SETTINGS_ACK = "000000040100000000";
    private static final String WINDOW_UPDATE = "000004080000000000" + "00000001";

    private static final String PART_OF_HEADERS = "0000010100" + "00000001" + "82";
    private static final String EMPTY_CONTINUATION = "0000000900" + "00000001";

    /** As Vert.x detects the protocol. */
    private static ChannelHandler http2() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object first) {
                context.pipeline().addLast(
                        new Http2ConnectionHandlerBuilder().server(true).frameListener(new Http2FrameAdapter()).build());
                context.pipeline().remove(this);
                context.fireChannelRead(first);
            }
        };
    }

    private static ChannelHandler tls(boolean client) throws Exception {
        SSLEngine engine = client ? Certificates.context(null, AUTHORITY).createSSLEngine()
                : Certificates.context(AUTHORITY.issue("server", "localhost")).createSSLEngine();
        engine.setUseClientMode(client);
        return new SslHandler(engine);
    }

    static Stream<Arguments> http2WithAndWithoutTls() throws Exception {
        return Stream.of(arguments(named("TLS", tls(true)), tls(false)), arguments(named("clear text", null), null));
    }

    @ParameterizedTest
    @MethodSource("http2WithAndWithoutTls")
    void http2ConnectionMayStayIdle(ChannelHandler clientTls, ChannelHandler serverTls) {
        Peers peers = new Peers(clientTls, serverTls, http2());
        peers.clientSends(PREFACE + SETTINGS);
        peers.clientSends(SETTINGS_ACK);

        for (int i = 0; i < 5; i++) {
            peers.clientSends(WINDOW_UPDATE);
            pass(peers.server, REQUEST_TIME);
        }

        assertThat(peers.server.isOpen()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("http2WithAndWithoutTls")
    void connectionWithAnIncompleteHttp2PrefaceIsClosed(ChannelHandler clientTls, ChannelHandler serverTls) {
        Peers peers = new Peers(clientTls, serverTls, http2());
        peers.clientSends(PREFACE);

        pass(peers.server, REQUEST_TIME);

        assertThat(peers.server.isOpen()).isFalse();
    }

    /** A frame that is not complete, and a header block without an end; each gets more bytes all the time. */
    @ParameterizedTest
    @CsvSource({ "0000ff0001 00000001, 00", PART_OF_HEADERS + ", " + EMPTY_CONTINUATION })
    void http2FrameAndHeaderBlockMustBecomeComplete(String start, String more) {
        Peers peers = new Peers(null, null, http2());
        peers.clientSends(PREFACE + SETTINGS + start.replace(" ", ""));
        for (int i = 1; i < REQUEST_TIME.toSeconds(); i++) {
            pass(peers.server, Duration.ofSeconds(1));
            // Netty takes fewer than 16 small frames of one header block.
            peers.clientSends(i <= 10 ? more : "");
        }
        assertThat(peers.server.isOpen()).isTrue();

        pass(peers.server, Duration.ofSeconds(1));

        assertThat(peers.server.isOpen()).isFalse();
    }

    @Test
    void connectionWithAnIncompleteHandshakeIsClosed() throws Exception {
        SslHandler serverTls = (SslHandler) tls(false);
        serverTls.setHandshakeTimeoutMillis(0);
        Connection connection = new Connection("192.0.2.1", 8080, tls -> tls.pipeline().addLast("ssl", serverTls));
        pass(connection, REQUEST_TIME.minusSeconds(1));
        connection.writeInbound(Unpooled.wrappedBuffer(new byte[] { 22, 3, 1 }));
        assertThat(connection.isOpen()).isTrue();

        pass(connection, Duration.ofSeconds(1));

        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void handshakeIsNotTheResponseToAnHttp1Request() throws Exception {
        Peers silent = new Peers(tls(true), tls(false), http1());
        Peers answered = new Peers(tls(true), tls(false), http1());
        answered.clientSends(HexFormat.of().formatHex(REQUEST.getBytes(StandardCharsets.US_ASCII)));
        answer(answered.server);
        answered.exchange();

        pass(silent.server, REQUEST_TIME);
        assertThat(silent.server.isOpen()).as("the handshake is no answer").isFalse();
        for (int i = 0; i < 5; i++) {
            pass(answered.server, REQUEST_TIME);
        }
        assertThat(answered.server.isOpen()).isTrue();
        for (int i = 0; i < 30; i++) {
            answered.clientSends("47");
            pass(answered.server, Duration.ofSeconds(1));
        }
        assertThat(answered.server.isOpen()).as("byte by byte").isFalse();
    }
}
