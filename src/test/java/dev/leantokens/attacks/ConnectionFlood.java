package dev.leantokens.attacks;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Opens connections on both ports, and says nothing on them. */
final class ConnectionFlood implements Attack {

    /** Of its own: what one address may have is gone for all others there. */
    private static final String FROM = "127.0.0.3";
    private static final int A_SECOND = 200;

    /** On each port: more than one address may have, and not more than this process can. */
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
