package dev.leantokens.attacks;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

import dev.leantokens.testing.RawHttp;

/** Pipelines HTTP/1.1 requests as fast as possible and reads no answer. */
record UnreadAnswers(String path) implements Attack {

    private static final int CONNECTIONS = 4;
    private static final int AT_A_TIME = 100;

    @Override
    public void start(Attacker attacker) {
        byte[] requests = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(AT_A_TIME)
                .getBytes(StandardCharsets.US_ASCII);
        attacker.keepTalking(CONNECTIONS, RawHttp.ELSEWHERE, attacker.target().port(), socket -> {
            OutputStream out = socket.getOutputStream();
            while (!socket.isClosed()) {
                out.write(requests);
                attacker.outcomes().sent(AT_A_TIME);
            }
        });
    }
}
