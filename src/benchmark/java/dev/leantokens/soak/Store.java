package dev.leantokens.soak;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.leantokens.testing.Cable;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;

/** The Redis that the replicas share, each by a connection that can be cut and slowed down. */
final class Store implements AutoCloseable {

    /** Longer than a busy machine needs. */
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    /** Too much for any answer. */
    private static final Duration SLOW = Duration.ofMillis(700);
    private static final int KEY_BYTES = 32;

    private final RedisServer server = RedisServer.start();
    private final List<Cable> cables;
    private final String key;

    Store(int replicas) {
        cables = Stream.generate(() -> new Cable(server.port())).limit(replicas).toList();
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        key = Base64.getEncoder().encodeToString(random);
    }

    /** @return the variables of this replica */
    Map<String, String> environment(int replica) {
        return Map.of("STORE_URL", "redis://127.0.0.1:" + cables.get(replica).port(), "STORE_KEY", key, "STORE_TIMEOUT",
                TIMEOUT.toMillis() + "ms");
    }

    /** @return the key, which must not be in any log */
    String key() {
        return key;
    }

    void freeze() {
        server.freeze();
    }

    void thaw() {
        server.thaw();
    }

    void die() {
        server.kill();
    }

    void startAgain() {
        server.startAgain();
    }

    void forgetEverything() {
        try (RedisConnection connection = server.connect()) {
            connection.send("FLUSHALL");
        }
    }

    void slowDown() {
        cables.forEach(cable -> cable.slowDown(SLOW));
    }

    void speedUp() {
        cables.forEach(cable -> cable.slowDown(Duration.ZERO));
    }

    void cutOff(int replica) {
        cables.get(replica).cut();
    }

    void connect(int replica) {
        cables.get(replica).mend();
    }

    @Override
    public void close() {
        cables.forEach(Cable::close);
        server.close();
    }
}
