package dev.leantokens.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.RawHttp2;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

class Http2AnswersTest {

    private static final int ANSWER = 10_000;
    private static final int HELD = ANSWER + Http2Answers.STREAM_BYTES;
    /** More than half of the limit. */
    private static final int WAITS_ELSEWHERE = 6_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AtomicLong nanos = new AtomicLong();
    private final Backlog backlog = new Backlog(10_000_000, PATIENCE, nanos::get, line -> {
    });
    private final List<Integer> requests = new ArrayList<>();
    private Http2ConnectionHandler handler;
    private final SlowPeer peer = start();

    private SlowPeer start() {
        ConnectionBacklog waiting = backlog.newConnection();
        SlowPeer started = new SlowPeer(waiting, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object first) {
                IncompleteFrame incomplete = new IncompleteFrame(timer(context));
                context.pipeline().addLast(incomplete, application());
                context.pipeline().remove(this);
                waiting.watchHttp2(incomplete);
                context.fireChannelRead(first);
            }
        });
        started.readsAll();
        return started;
    }

    private RequestTimer timer(ChannelHandlerContext context) {
        return new RequestTimer(context.channel(), PATIENCE.toNanos(), nanos::get);
    }

    /** Answers each complete request at once. */
    private Http2ConnectionHandler application() {
        handler = new Http2ConnectionHandlerBuilder().server(true)
                .initialSettings(new Http2Settings().maxConcurrentStreams(100))
                .frameListener(new Http2FrameAdapter() {
                    @Override
                    public void onHeadersRead(ChannelHandlerContext context, int stream, Http2Headers headers, int padding,
                            boolean end) {
                        onHeadersRead(context, stream, headers, 0, (short) 0, false, padding, end);
                    }

                    @Override
                    public void onHeadersRead(ChannelHandlerContext context, int stream, Http2Headers headers, int dependency,
                            short weight, boolean exclusive, int padding, boolean end) {
                        requests.add(stream);
                        if (end) {
                            answer(stream);
                        }
                    }
                }).build();
        return handler;
    }

    private void answer(int stream) {
        ChannelHandlerContext context = peer.pipeline().context(handler);
        handler.encoder().writeHeaders(context, stream, new DefaultHttp2Headers().status("200"), 0, false,
                context.newPromise());
        for (boolean last : new boolean[] { false, true }) {
            handler.encoder().writeData(context, stream, Unpooled.wrappedBuffer(new byte[ANSWER / 2]), 0, last,
                    context.newPromise());
        }
    }

    private void answerWithoutBody(int stream) {
        ChannelHandlerContext context = peer.pipeline().context(handler);
        handler.encoder().writeHeaders(context, stream, new DefaultHttp2Headers().status("200"), 0, true, context.newPromise());
        context.flush();
    }

    private void receive(RawHttp2 frames) {
        peer.writeInbound(Unpooled.wrappedBuffer(frames.bytes()));
        peer.readsAll();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        peer.pass(time);
        peer.readsAll();
    }

    private SlowPeer waitsElsewhere() {
        SlowPeer other = new SlowPeer(backlog.newConnection());
        other.writeOneOutbound(Unpooled.wrappedBuffer(new byte[WAITS_ELSEWHERE]));
        other.flush();
        return other;
    }

    private static RawHttp2 gets(RawHttp2 frames, int first, int count) {
        for (int i = 0; i < count; i++) {
            frames.get(first + 2 * i, "/");
        }
        return frames;
    }

    private static RawHttp2 posts(RawHttp2 frames, int count) {
        for (int i = 0; i < count; i++) {
            frames.post(1 + 2 * i, "/");
        }
        return frames;
    }

    private static RawHttp2 data(RawHttp2 frames, int count) {
        for (int i = 0; i < count; i++) {
            frames.data(1 + 2 * i, new byte[100]);
        }
        return frames;
    }

    @Test
    void responsesThatWaitForAWindowAreCounted() {
        receive(gets(new RawHttp2().preface(0), 1, 3));
        assertThat(backlog.total()).isEqualTo(3 * HELD);

        receive(new RawHttp2().windowUpdate(1, ANSWER).windowUpdate(3, 1_000));
        assertThat(backlog.total()).isEqualTo(2 * HELD - 1_000);

        peer.pipeline().firstContext().close();
        assertThat(backlog.total()).isZero();
    }

    @Test
    void furtherRequestsAreRefusedWhileTooMuchWaits() {
        int fits = (int) (Http2Answers.MAX_BYTES / HELD);
        receive(gets(new RawHttp2().preface(0), 1, fits + 1));
        receive(gets(new RawHttp2(), 1001, 10));
        assertThat(requests).hasSize(fits + 1);
        assertThat(peer.isOpen()).isTrue();

        receive(new RawHttp2().windowUpdate(1, ANSWER).windowUpdate(3, ANSWER));
        receive(gets(new RawHttp2(), 2001, 1));

        assertThat(requests).hasSize(fits + 2);
    }

    @Test
    void fewRequestsOfAConnectionAreServedWhileMemoryIsScarce() {
        receive(new RawHttp2().preface(65_535));
        SlowPeer other = waitsElsewhere();
        receive(posts(new RawHttp2(), 20));
        // The bodies were already on their way.
        receive(data(new RawHttp2(), 20));
        assertThat(requests).hasSize(8);
        assertThat(peer.isOpen()).isTrue();
        for (int stream = 1; stream < 16; stream += 2) {
            answer(stream);
        }

        other.readsAll();
        receive(gets(new RawHttp2(), 41, 3));

        assertThat(requests).hasSize(11);
    }

    @Test
    void hundredResponsesMayWaitWhileMemoryIsNotScarce() {
        receive(posts(new RawHttp2().preface(0), 100));
        for (int stream = 1; stream < 200; stream += 2) {
            answer(stream);
        }
        receive(new RawHttp2());

        assertThat(backlog.total()).isEqualTo(100 * HELD);
        assertThat(handler.connection().numActiveStreams()).isEqualTo(100);
    }

    @Test
    void unsendableResponsesAreDroppedWhileMemoryIsScarce() {
        receive(posts(new RawHttp2().preface(0), 20));
        SlowPeer other = waitsElsewhere();
        for (int stream = 1; stream < 40; stream += 2) {
            answer(stream);
        }
        other.readsAll();
        receive(new RawHttp2());

        assertThat(backlog.total()).isEqualTo(Http2Answers.MAX_BYTES_IF_SCARCE / HELD * HELD);
        assertThat(handler.connection().numActiveStreams()).isEqualTo((int) Http2Answers.MAX_BYTES_IF_SCARCE / HELD);
        assertThat(peer.isOpen()).isTrue();
    }

    @Test
    void bodyOfARefusedRequestDoesNotCloseTheConnection() {
        int fits = (int) (Http2Answers.MAX_BYTES / HELD);
        receive(gets(new RawHttp2().preface(0), 1, fits + 1));

        receive(new RawHttp2().post(1001, "/").data(1001, new byte[100]));
        receive(new RawHttp2().data(1001, new byte[100]).windowUpdate(1001, 100));
        assertThat(requests).doesNotContain(1001);
        assertThat(peer.isOpen()).isTrue();

        receive(new RawHttp2().windowUpdate(1, ANSWER).windowUpdate(3, ANSWER));
        receive(gets(new RawHttp2(), 1003, 1));
        assertThat(requests).contains(1003);
    }

    @Test
    void requestIsCountedUntilItsResponseStarts() {
        receive(new RawHttp2().preface(65_535).post(1, "/").data(1, new byte[1_000]).post(3, "/"));
        long both = backlog.total();

        answerWithoutBody(1);
        assertThat(backlog.total()).isBetween(Http2Answers.STREAM_BYTES + 1L, both - Http2Answers.STREAM_BYTES - 2_000);
        answerWithoutBody(3);

        assertThat(backlog.total()).as("an idle connection holds nothing").isZero();

    }

    @Test
    void streamWithoutProgressIsResetAndThenTheConnectionIsClosed() {
        receive(gets(new RawHttp2().preface(0), 1, 1));
        for (int stream = 3; stream <= 11; stream += 4) {
            assertThat(peer.isOpen()).isTrue();
            assertThat(backlog.total()).isEqualTo(stream < 11 ? HELD : 0);
            receive(gets(new RawHttp2(), stream, 2).windowUpdate(stream, ANSWER).windowUpdate(stream + 2, ANSWER));
            pass(PATIENCE);
        }

        receive(gets(new RawHttp2(), 21, 1));
        pass(PATIENCE);
        assertThat(peer.isOpen()).isFalse();
        assertThat(backlog.total()).isZero();
    }

    @Test
    void connectionWithoutProgressIsClosed() {
        receive(gets(new RawHttp2().preface(0), 1, 10));
        for (int i = 0; i < 2 * PATIENCE.toSeconds() && peer.isOpen(); i++) {
            receive(new RawHttp2().windowUpdate(1, 1));
            pass(Duration.ofSeconds(1));
        }

        assertThat(peer.isOpen()).isFalse();
    }

    @Test
    void slowReaderWithProgressIsServed() {
        receive(gets(new RawHttp2().preface(ANSWER), 1, 100));

        assertThat(requests).hasSizeGreaterThan(20);
        for (int i = 0; i < 40; i++) {
            receive(new RawHttp2().windowUpdate(0, 2 * (int) ConnectionBacklog.PROGRESS_BYTES));
            pass(PATIENCE);
            assertThat(peer.isOpen()).isTrue();
        }
        assertThat(backlog.total()).isZero();
    }

    @Test
    void incompleteBodiesAreCounted() {
        receive(new RawHttp2().preface(0).post(1, "/").data(1, new byte[10_000]));
        assertThat(backlog.total()).isBetween(20_000L + Http2Answers.STREAM_BYTES, 21_000L + Http2Answers.STREAM_BYTES);

        receive(new RawHttp2().post(3, "/").data(3, new byte[10_000]));
        assertThat(backlog.total()).isBetween(40_000L + 2 * Http2Answers.STREAM_BYTES, 42_000L + 2 * Http2Answers.STREAM_BYTES);
    }

    /** Vert.x knows nothing of them: in any error of the connection, it would throw a NullPointerException. */
    @Test
    void refusedAndMalformedStreamsEndAtOnce() {
        peer.reads(0);
        peer.writeInbound(Unpooled.wrappedBuffer(posts(new RawHttp2().preface(65_535).acknowledgeSettings(), 103)
                .headers(301, 0, "GET", "/", "content-length", "-1").bytes()));

        assertThat(handler.connection().numActiveStreams()).isEqualTo(100);
        assertThat(requests).hasSize(100);
    }

    /** Netty's own limit would close the connection for a body that is on the way. */
    @Test
    void streamBeyondTheSettingIsRefused() {
        receive(posts(new RawHttp2().preface(65_535).acknowledgeSettings(), 101).data(201, new byte[100]));
        receive(new RawHttp2().cancel(1).cancel(3).post(203, "/").post(205, "/").post(207, "/")
                .data(207, new byte[100]));

        assertThat(requests).hasSize(102).contains(203, 205).doesNotContain(201, 207);
        assertThat(peer.isOpen()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ "x, 'a\rb'", "x, 'a\nb'", "x, 'a\0b'", "'x y', a", "'x\r\ny', a", "x:y, a", "':method', G T", "host, b" })
    void malformedHeadersResetTheStreamOnly(String name, String value) {
        String[] fields = name.equals(":method") ? new String[] { name, value, ":scheme", "http", ":path", "/" }
                : new String[] { ":method", "GET", ":scheme", "http", ":path", "/", "host", "a", name, value };
        receive(new RawHttp2().preface(65_535).frame(RawHttp2.HEADERS, RawHttp2.END_STREAM | RawHttp2.END_HEADERS, 1,
                RawHttp2.fields(fields)).get(3, "/"));

        assertThat(requests).containsExactly(3);
        assertThat(peer.isOpen()).isTrue();
    }

    @Test
    void incompleteFrameIsCounted() {
        byte[] frame = new RawHttp2().data(1, new byte[16_000]).bytes();
        receive(new RawHttp2().preface(65_535).post(1, "/").raw(Arrays.copyOf(frame, 15_000)));
        assertThat(backlog.total()).isBetween(30_000L + Http2Answers.STREAM_BYTES, 31_000L + Http2Answers.STREAM_BYTES);
        receive(new RawHttp2().raw(Arrays.copyOfRange(frame, 15_000, frame.length)).cancel(1));
        assertThat(backlog.total()).isZero();

        receive(new RawHttp2().frame(RawHttp2.HEADERS, 0, 3, RawHttp2.fields("x", "a".repeat(7_000)))
                .frame(RawHttp2.CONTINUATION, 0, 3, new byte[500]));
        assertThat(backlog.total()).isBetween(15_000L, 16_000L);
    }
}
