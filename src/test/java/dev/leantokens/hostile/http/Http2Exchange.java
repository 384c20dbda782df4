package dev.leantokens.hostile.http;

import static dev.leantokens.hostile.http.AttackedService.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

import dev.leantokens.hostile.http.AttackedService.Protocol;
import dev.leantokens.hostile.http.TokenRequest.Port;
import dev.leantokens.testing.RawHttp2;

/**
 * Requests of several clients on the streams of one HTTP/2 connection, whose frames are interleaved with others.
 *
 * @param scopes by stream, of the tokens that must come back
 * @param requested all scopes, also of streams that are cancelled: a mutation can keep them
 * @param mutated whether the bytes are mutated: then the tokens need not come back
 */
record Http2Exchange(Port port, byte[] bytes, Segments segments, Map<Integer, String> scopes, Set<String> requested,
        boolean mutated)
        implements
            HostileCallersCampaignIT.Exchange {

    private static final int MAX_STREAMS = 100;
    private static final int WINDOW = 1 << 20;
    private static final long INTERVAL_MILLIS = 100;

    static Http2Exchange generate(Port port, RandomGenerator random) {
        Map<Integer, String> scopes = new TreeMap<>();
        Set<String> requested = new HashSet<>();
        List<Deque<byte[]>> streams = new ArrayList<>();
        int count = random.nextInt(20) == 0 ? MAX_STREAMS : 1 + random.nextInt(5);
        TokenRequest request = null;
        for (int i = 0; i < count; i++) {
            int stream = 1 + 2 * i;
            // Calls to Lean are few, so that many streams do not take long.
            if (request == null || count < MAX_STREAMS) {
                request = TokenRequest.random(port, random);
            }
            requested.add(request.scope());
            Deque<byte[]> frames = new ArrayDeque<>();
            // A stream may be opened after a higher one has been closed, but not after it has been opened.
            streams.add(frames);
            frames.add(headers(request, stream, random));
            byte[] body = TokenRequest.bytes(request.body());
            int cut = random.nextInt(body.length);
            if (cut > 0 && random.nextBoolean()) {
                frames.add(new RawHttp2().data(stream, Arrays.copyOf(body, cut)).bytes());
                body = Arrays.copyOfRange(body, cut, body.length);
            }
            int padding = random.nextInt(3) == 0 ? random.nextInt(100) : -1;
            frames.add(padding < 0 ? new RawHttp2().frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, body).bytes()
                    : new RawHttp2().frame(RawHttp2.DATA, RawHttp2.END_STREAM | RawHttp2.PADDED, stream,
                            RawHttp2.join(new byte[] { (byte) padding }, body, new byte[padding])).bytes());
            if (random.nextInt(8) == 0) {
                frames.add(new RawHttp2().cancel(stream).bytes());
            } else {
                scopes.put(stream, request.scope());
            }
        }
        RawHttp2 all = new RawHttp2().preface(WINDOW);
        interleave(all, streams, random);
        boolean mutated = random.nextInt(3) > 0;
        byte[] bytes = mutated ? Mutation.of(all.bytes(), random) : all.bytes();
        return new Http2Exchange(port, bytes, Segments.cut(bytes, random), scopes, requested, mutated);
    }

    /** In one frame, or in several. */
    private static byte[] headers(TokenRequest request, int stream, RandomGenerator random) {
        byte[] frame = request.http2Headers(new RawHttp2(), stream).bytes();
        byte[] block = Arrays.copyOfRange(frame, 9, frame.length);
        if (random.nextInt(3) > 0) {
            return frame;
        }
        int cut = random.nextInt(block.length);
        return new RawHttp2().frame(RawHttp2.HEADERS, 0, stream, Arrays.copyOf(block, cut))
                .frame(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, stream,
                        Arrays.copyOfRange(block, cut, block.length))
                .bytes();
    }

    /** Streams are opened in their order; otherwise, their frames mix. */
    private static void interleave(RawHttp2 all, List<Deque<byte[]>> streams, RandomGenerator random) {
        int opened = 0;
        while (streams.stream().anyMatch(frames -> !frames.isEmpty())) {
            int next = random.nextInt(streams.size());
            if (next >= opened) {
                next = Math.min(opened, streams.size() - 1);
                opened = Math.min(opened + 1, streams.size());
            }
            byte[] frame = streams.get(next).poll();
            if (frame != null) {
                all.raw(frame);
                other(all, random);
            }
        }
    }

    /** Frames that change nothing. */
    private static void other(RawHttp2 all, RandomGenerator random) {
        switch (random.nextInt(12)) {
            case 0 -> all.frame(RawHttp2.PING, 0, 0, new byte[8]);
            case 1 -> all.settings();
            case 2 -> all.acknowledgeSettings();
            case 3 -> all.windowUpdate(0, 1 + random.nextInt(1_000));
            case 4 -> all.frame(RawHttp2.PRIORITY, 0, 1 + 2 * random.nextInt(200), new byte[5]);
            case 5 -> all.frame(0x10 + random.nextInt(0xe0), random.nextInt(256), random.nextInt(5),
                    new byte[random.nextInt(50)]);
            default -> {
                // None.
            }
        }
    }

    @Override
    public boolean play(AttackedService service) {
        try (Conversation conversation = service.open(port, Protocol.HTTP_2)) {
            segments.sendTo(conversation);
            awaitAnswers(conversation);
            Http2Responses responses = Http2Responses.of(conversation.received());
            assertThat(responses.statuses().values()).allMatch(status -> status.startsWith("2") || status.startsWith("4"));
            for (int stream : responses.statuses().keySet()) {
                HostileCallersCampaignIT.assertOwn(TokenRequest.scopesIn(responses.body(stream)), requested);
            }
            if (!mutated) {
                scopes.forEach((stream, scope) -> assertThat(TokenRequest.scopesIn(responses.body(stream)))
                        .as("stream " + stream).containsExactly(scope));
            }
            return mutated && scopes.keySet().stream()
                    .anyMatch(stream -> !TokenRequest.scopesIn(responses.body(stream)).isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError("HTTP/2 at " + port + (mutated ? ", mutated: " : ": ") + Conversation.text(bytes) + "\n"
                    + e.getMessage(), e);
        }
    }

    /** Goes on pinging: the connection can wait for the rest of a frame only for so long. */
    private void awaitAnswers(Conversation conversation) {
        long start = System.nanoTime();
        for (int ping = 1; !isAnswered(conversation, ping - 1); ping++) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new AssertionError("neither answered nor closed in time, but received "
                        + Conversation.text(conversation.received()));
            }
            conversation.send(new RawHttp2().frame(RawHttp2.PING, 0, 0, RawHttp2.join(RawHttp2.number(1),
                    RawHttp2.number(ping))).bytes());
            conversation.pause(INTERVAL_MILLIS);
            if (ping % 10 == 0) {
                // Soon fills a frame that is longer than what was sent.
                conversation.send(new RawHttp2().frame(0xf0, 0, 0, new byte[8_000]).bytes());
            }
        }
    }

    private boolean isAnswered(Conversation conversation, int lastPing) {
        if (conversation.isClosed()) {
            return true;
        }
        Http2Responses responses = Http2Responses.of(conversation.received());
        boolean pinged = false;
        for (int ping = 1; ping <= lastPing; ping++) {
            pinged |= responses.hasPing(1L << 32 | ping);
        }
        return pinged && (mutated || scopes.keySet().stream().allMatch(responses::hasEnded));
    }
}
