package dev.leantokens.attacks;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Opens connections on both ports and sends nothing. */
final class ConnectionFlood implements Attack {

    /** A separate address: the flood uses up what the address may have. */
    private static final String FROM = "127.0.0.3";
    private static final int A_SECOND = 200;

    /** Connections on each port: more than one address may have, fewer than this process can open. */
    private static final int MOST = 6_000;

    @Override
    public void start(Attacker attacker) {
        for (int port : new int[] { attacker.target().port(), attacker.target().mcpPort() }) {
            AtomicInteger opened = new AtomicInteger();
            attacker.repeat(A_SECOND, () -> {
                if (opened.getAndIncrement() < MOST) {
                    open(attacker, port);
                }
            });
        }
    }

    private static void open(Attacker attacker, int port) {
        try {
            attacker.outcomes().sent(1);
            attacker.connect(FROM, port);
        } catch (IOException e) {
            attacker.outcomes().got("refused");
        }
    }
}
