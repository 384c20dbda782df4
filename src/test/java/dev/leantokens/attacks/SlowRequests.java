package dev.leantokens.attacks;

import java.nio.charset.StandardCharsets;

import dev.leantokens.testing.RawHttp;

/**
 * Sends headers, bodies and the end of long bodies at one byte per second, on many connections of both ports.
 */
final class SlowRequests implements Attack {

    private static final int CONNECTIONS = 50;
    /** With bodies of the maximum size, three times the limit of a heap of 64 MiB. */
    private static final int LONG_ONES = 300;

    @Override
    public void start(Attacker attacker) {
        Target target = attacker.target();
        for (int port : new int[] { target.port(), target.mcpPort() }) {
            String path = port == target.port() ? Target.TOKEN_PATH : Target.MCP_PATH;
            begin(attacker, CONNECTIONS, port, "POST " + path + " HTTP/1.1\r\nX-");
            begin(attacker, CONNECTIONS, port,
                    "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Accept: application/json, text/event-stream\r\nAuthorization: Bearer "
                            + Parties.GREEDY.clientSecret()
                            + "\r\nContent-Length: 1000\r\n\r\n{");
            begin(attacker, LONG_ONES, port,
                    "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Accept: application/json, text/event-stream\r\nAuthorization: Bearer "
                            + Parties.GREEDY.clientSecret()
                            + "\r\nX: " + "x".repeat(12_000) + "\r\nContent-Length: 16000\r\n\r\n" + " ".repeat(15_000));
        }
    }

    private static void begin(Attacker attacker, int connections, int port, String text) {
        attacker.keepEachSecond(connections, RawHttp.ELSEWHERE, port, socket -> {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            attacker.outcomes().sent(1);
        }, socket -> socket.getOutputStream().write('b'));
    }
}
