package dev.leantokens.store;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

/** The scripts by which a replica says that it is there, and learns how many are. */
final class Heartbeat {

    /** A replica counts for so long after its last heartbeat. */
    static final Duration LIFE = Duration.ofSeconds(5);
    private static final int ID_BYTES = 8;

    private static final int REPLICAS = 0;
    private static final int GENERATION = 1;
    private static final int TIME = 2;

    private final StoreScript script = StoreScript.read("heartbeat");
    private final StoreScript leave = StoreScript.read("leave");
    private final List<String> keys;
    private final Buffer id;

    Heartbeat(StoreNames names) {
        this.keys = List.of(replicas(names), ForgottenTokens.generation(names));
        byte[] random = new byte[ID_BYTES];
        new SecureRandom().nextBytes(random);
        this.id = Buffer.buffer(HexFormat.of().formatHex(random));
    }

    /** @return the key of the replicas by the time of their last heartbeat, in milliseconds */
    static String replicas(StoreNames names) {
        return names.fleet("replicas");
    }

    StoreScript script() {
        return script;
    }

    List<String> keys() {
        return keys;
    }

    List<Buffer> arguments() {
        return List.of(id, Buffer.buffer(Long.toString(LIFE.toMillis())));
    }

    /** @return the script that makes this replica no longer count */
    StoreScript leave() {
        return leave;
    }

    List<String> leaveKeys() {
        return keys.subList(REPLICAS, REPLICAS + 1);
    }

    List<Buffer> leaveArguments() {
        return List.of(id);
    }

    /** @throws StoreUnavailableException if it is no reply to {@link #script()} */
    static StorePulse pulse(Response reply) {
        try {
            return new StorePulse(Math.max(1, reply.get(REPLICAS).toInteger()), reply.get(GENERATION).toLong(),
                    Instant.ofEpochMilli(reply.get(TIME).toLong()));
        } catch (RuntimeException e) {
            throw new StoreUnavailableException(StoreFault.NONSENSE);
        }
    }
}
