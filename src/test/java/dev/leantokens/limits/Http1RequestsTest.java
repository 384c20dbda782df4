package dev.leantokens.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

class Http1RequestsTest {

    private static final int LARGE = 100_000;

    private final Backlog backlog = new Backlog(1 << 20, Duration.ofSeconds(20), System::nanoTime, line -> {
    });
    private final Application application = new Application();
    private int decoded;
    private final SlowPeer peer = start();

    private SlowPeer start() {
        ConnectionBacklog waiting = backlog.newConnection();
        return new SlowPeer(waiting, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object first) {
                context.pipeline().addLast(new HttpRequestDecoder(), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext behind, Object message) {
                        if (message instanceof HttpRequest) {
                            decoded++;
                        }
                        behind.fireChannelRead(message);
                    }
                }, new HttpResponseEncoder());
                context.pipeline().addLast(application);
                context.pipeline().remove(this);
                RequestTimer timer = new RequestTimer(context.channel(), Duration.ofSeconds(30).toNanos(), System::nanoTime);
                Http1Requests.handle(context.pipeline(), waiting, timer, first);
            }
        });
    }

    /** Stands in for Vert.x. */
    private final class Application extends ChannelInboundHandlerAdapter {

        private final List<String> requests = new ArrayList<>();
        private final List<String> upgrades = new ArrayList<>();
        private final StringBuilder bodies = new StringBuilder();
        private boolean answersAtOnce;
        private int ends;
        private int readCompletes;
        /** In the backlog when the last read was complete. */
        private long counted;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                requests.add(request.uri());
                upgrades.addAll(request.headers().getAll(HttpHeaderNames.UPGRADE));
            }
            if (message instanceof HttpContent content) {
                bodies.append(content.content().toString(StandardCharsets.US_ASCII));
                content.release();
            }
            if (message instanceof LastHttpContent) {
                ends++;
                if (answersAtOnce) {
                    context.channel().write(response(HttpResponseStatus.OK, 10));
                }
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            readCompletes++;
            counted = backlog.total();
            context.channel().flush();
        }
    }

    private static HttpResponse response(HttpResponseStatus status, int size) {
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status,
                Unpooled.wrappedBuffer(new byte[size]));
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, size);
        return response;
    }

    private void receive(String text) {
        peer.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private void answer(int size) {
        peer.writeOneOutbound(response(HttpResponseStatus.OK, size));
        peer.flush();
        peer.runPendingTasks();
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\n\r\n";
    }

    private boolean isRead() {
        return peer.config().isAutoRead();
    }

    @Test
    void requestIsPassedOnAfterThePreviousResponse() {
        peer.readsAll();
        receive(get("/1") + get("/2") + get("/3"));
        assertThat(application.requests).containsExactly("/1");
        assertThat(isRead()).isFalse();
        int readCompletes = application.readCompletes;

        answer(10);
        assertThat(application.requests).containsExactly("/1", "/2");
        assertThat(isRead()).isFalse();
        answer(10);

        assertThat(application.requests).containsExactly("/1", "/2", "/3");
        assertThat(isRead()).isTrue();
        assertThat(application.readCompletes).as("each read is completed, which flushes responses")
                .isEqualTo(readCompletes + 2);
    }

    /** Vert.x answers 501 with the version of the request. */
    @ParameterizedTest
    @ValueSource(strings = { "HTTP/1.2", "HtTP/1.1", "ODD/1.1" })
    void otherVersionIsNotSupportedAndNotRepeated(String version) {
        peer.readsAll();
        receive("GET /1 " + version + "\r\n\r\n");
        HttpResponse refusal = response(HttpResponseStatus.NOT_IMPLEMENTED, 0).setProtocolVersion(HttpVersion.valueOf(version));

        peer.writeOneOutbound(refusal);

        assertThat(refusal.status()).isEqualTo(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED);
        assertThat(refusal.protocolVersion()).isSameAs(HttpVersion.HTTP_1_1);
    }

    @Test
    void answeredRequestIsNotCounted() {
        peer.readsAll();
        receive(get("/1"));
        assertThat(backlog.total()).isPositive();

        answer(10);

        assertThat(backlog.total()).isZero();
    }

    @Test
    void shortRequestThatIsAnsweredAtOnceIsNeverCounted() {
        peer.readsAll();
        application.answersAtOnce = true;

        receive(get("/1"));

        assertThat(application.requests).containsExactly("/1");
        assertThat(application.counted).isZero();
        assertThat(backlog.total()).isZero();
    }

    @Test
    void longRequestIsCountedBeforeItsReadIsComplete() {
        String body = "b".repeat(5_000);
        receive("POST /1 HTTP/1.1\r\nContent-Length: 10000\r\n\r\n" + body);
        assertThat(application.counted).isGreaterThan(5_000);
    }

    @Test
    void immediateResponseThatIsUnreadIsCounted() {
        application.answersAtOnce = true;

        receive(get("/1"));

        assertThat(backlog.total()).isPositive();
        peer.readsAll();
        assertThat(backlog.total()).isZero();
    }

    @Test
    void longHeaderIsCountedUntilItsConnectionCloses() {
        peer.readsAll();
        receive("GET /1 HTTP/1.1\r\nX: " + "x".repeat(6_000) + "\r\n\r\n");
        answer(10);
        receive(get("/2"));
        answer(10);
        assertThat(backlog.total()).isGreaterThan(6_000);

        peer.close();

        assertThat(backlog.total()).isZero();
    }

    @Test
    void requestsWaitAsBytes() {
        peer.readsAll();
        receive(get("/").repeat(3_000));

        assertThat(decoded).isLessThan(60);
        assertThat(backlog.total()).isGreaterThan(50_000);
        application.answersAtOnce = true;
        answer(10);

        assertThat(application.requests).hasSize(3_000);
        assertThat(backlog.total()).isZero();
    }

    @ParameterizedTest
    @CsvSource({ "0, 1", "1000, 1", "4000, 1", "100000, 2" })
    void shortBodyIsSentInTheBufferOfItsHead(int size, int buffers) {
        for (int i = 1; i <= 3; i++) {
            receive(get("/1"));
            answer(size);
            assertThat(peer.unsafe().outboundBuffer().size()).isEqualTo(buffers);
            peer.readsAll();
            peer.reads(0);
            assertThat(peer.received()).isGreaterThan((long) i * size);
        }
    }

    @Test
    void nothingIsReadWhileResponsesAreUnread() {
        receive(get("/1") + get("/2"));
        answer(LARGE);
        assertThat(application.requests).containsExactly("/1");
        assertThat(isRead()).isFalse();

        peer.readsAll();
        assertThat(application.requests).containsExactly("/1", "/2");
        assertThat(isRead()).isTrue();
    }

    @Test
    void immediateResponsesFillTheQueueOnlyOnce() {
        application.answersAtOnce = true;
        receive(get("/").repeat(3_000));
        peer.runPendingTasks();

        assertThat(application.requests.size()).isLessThan(1_000);
        assertThat(isRead()).isFalse();
        peer.readsAll();
        while (!isRead()) {
            peer.runPendingTasks();
        }
        assertThat(application.requests).hasSize(3_000);
    }

    @Test
    void pausedConnectionIsNotReadWhenVertxResumesIt() {
        receive(get("/1") + get("/2"));

        peer.config().setAutoRead(true);

        assertThat(isRead()).isFalse();
        peer.readsAll();
        answer(10);
        assertThat(isRead()).isTrue();
    }

    @Test
    void connectionPausedByVertxStaysPaused() {
        peer.readsAll();
        peer.config().setAutoRead(false);
        receive(get("/1") + get("/2"));
        answer(10);

        assertThat(application.requests).containsExactly("/1", "/2");
        assertThat(isRead()).isFalse();
    }

    @Test
    void bodyBelongsToItsRequestEvenAfterTheResponse() {
        peer.readsAll();
        String body = "b".repeat(5_000);
        receive("POST /1 HTTP/1.1\r\nContent-Length: 10000\r\nExpect: 100-continue\r\n\r\n");
        peer.writeOutbound(response(HttpResponseStatus.CONTINUE, 0));
        receive(body);
        answer(10);
        assertThat(application.ends).isZero();
        receive(body + get("/2"));

        assertThat(application.bodies.toString()).isEqualTo(body + body);
        assertThat(application.requests).containsExactly("/1", "/2");
    }

    @Test
    void requestIsCountedUntilItsResponseStarts() {
        peer.readsAll();
        receive(get("/1"));
        assertThat(backlog.total()).isPositive();

        answer(10);

        assertThat(backlog.total()).as("an idle connection holds nothing").isZero();
        receive("GET /2 HTTP/1.1\r\n");
        assertThat(backlog.total()).as("the next, incomplete request").isPositive();
    }

    @Test
    void restOfAnAnsweredBodyIsNotCounted() {
        peer.readsAll();
        receive("POST /1 HTTP/1.1\r\nContent-Length: 100000\r\n\r\n");
        answer(10);

        receive("b".repeat(50_000));
        assertThat(backlog.total()).isZero();
        receive("b".repeat(50_000) + get("/2"));

        assertThat(application.requests).containsExactly("/1", "/2");
    }

    @Test
    void interimResponseIsNotTheResponse() {
        peer.readsAll();
        receive(get("/1") + get("/2"));
        peer.writeOutbound(response(HttpResponseStatus.CONTINUE, 0));
        peer.runPendingTasks();

        assertThat(application.requests).containsExactly("/1");
    }

    @Test
    void requestsAfterAClosingResponseAreDiscarded() {
        peer.readsAll();
        receive("POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nab");
        HttpResponse refusal = response(HttpResponseStatus.FORBIDDEN, 10);
        refusal.headers().set(HttpHeaderNames.CONNECTION, "close");
        peer.writeOutbound(refusal);
        receive("c" + get("/2"));
        receive(get("/3"));
        peer.runPendingTasks();

        assertThat(application.requests).containsExactly("/1");
        assertThat(application.bodies.toString()).isEqualTo("abc");
        assertThat(backlog.total()).isZero();
    }

    @Test
    void waitingRequestsAreReleasedWhenTheClientHangsUp() {
        ByteBuf pipelined = Unpooled.copiedBuffer(get("/1") + get("/2").repeat(1_000), StandardCharsets.US_ASCII);
        peer.writeInbound(pipelined);
        assertThat(pipelined.refCnt()).isPositive();

        peer.close();

        assertThat(pipelined.refCnt()).isZero();
        assertThat(backlog.total()).isZero();
    }

    @Test
    void upgradeIsIgnored() {
        application.answersAtOnce = true;

        receive("GET /1 HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n");

        assertThat(application.requests).containsExactly("/1");
        assertThat(application.upgrades).isEmpty();
    }

    /** Vert.x answers them with the version of the request and 501. */
    @Test
    void otherVersionOfHttpIsNotSupported() {
        receive("GET /1 HTTP/2.0\r\n\r\n");
        DefaultFullHttpResponse answer = new DefaultFullHttpResponse(new HttpVersion("HTTP", 2, 0, false),
                HttpResponseStatus.NOT_IMPLEMENTED);

        peer.writeOneOutbound(answer);

        assertThat(answer.status()).isEqualTo(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED);
        assertThat(answer.protocolVersion()).isEqualTo(HttpVersion.HTTP_1_1);
    }
}
