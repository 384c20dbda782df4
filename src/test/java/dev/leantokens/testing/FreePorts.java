package dev.leantokens.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chooses ports for servers that cannot report the one that the system gave them. Each JVM that runs tests has a range of its
 * own, below the ports that systems use for outgoing connections.
 */
public final class FreePorts {

    private static final int RANGE = 4_000;
    private static final int FIRST = 20_000 + RANGE * (Integer.getInteger("test.fork", 0) % 3);
    /** Each port once, as long as there are others: it is chosen some time before it is used. */
    private static final AtomicInteger NEXT = new AtomicInteger(ThreadLocalRandom.current().nextInt(RANGE));

    private FreePorts() {
    }

    /** @return a port at which nothing listens */
    public static int next() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), RANGE);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("0.0.0.0"))) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Taken: try another one.
            }
        }
        throw new IllegalStateException("no port is free");
    }
}
