package dev.leantokens.store;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

/** The scripts by which a replica says that it is there, and learns how many others are. */
final class Heartbeat {

    /** How long a replica counts after its last heartbeat. */
    static final Duration LIFE = Duration.ofSeconds(5);

    private static final int ID_BYTES = 8;
    /** More are not believed: everyone who can write Redis can invent some. */
    private static final int MAX_REPLICAS = 10_000;

    private static final int REPLICAS = 0;
    private static final int GENERATION = 1;
    private static final int TIME = 2;
    private static final int UNKNOWN_KEYS = 3;

    private final StoreScript script = StoreScript.read("heartbeat");
    private final StoreScript leave = StoreScript.read("leave");
    private final List<String> names;
    private final StoreKeys keys;
    private final Buffer id;

    Heartbeat(StoreNames names, StoreKeys keys) {
        this.names = List.of(replicas(names), ForgottenTokens.name(names), keys(names));
        this.keys = keys;
        byte[] random = new byte[ID_BYTES];
        new SecureRandom().nextBytes(random);
        this.id = Buffer.buffer(HexFormat.of().formatHex(random));
    }

    /** @return the key of the replicas: a sorted set by the time of their last heartbeat, in milliseconds of Redis' clock */
    static String replicas(StoreNames names) {
        return names.fleet("replicas");
    }

    /** @return the key of the ids of the keys that replicas seal with: a sorted set like {@link #replicas} */
    static String keys(StoreNames names) {
        return names.fleet("keys");
    }

    /** @return the ids of keys as scripts take them */
    static List<Buffer> ids(List<StoreKey> keys) {
        return keys.stream().map(key -> Buffer.buffer(HexFormat.of().formatHex(key.id()))).toList();
    }

    StoreScript script() {
        return script;
    }

    List<String> keys() {
        return names;
    }

    List<Buffer> arguments() {
        List<Buffer> arguments = new ArrayList<>(List.of(id, Buffer.buffer(Long.toString(LIFE.toMillis()))));
        arguments.addAll(ids(keys.current()));
        return arguments;
    }

    /** @return the script that makes this replica no longer count */
    StoreScript leave() {
        return leave;
    }

    List<String> leaveKeys() {
        return names.subList(REPLICAS, REPLICAS + 1);
    }

    List<Buffer> leaveArguments() {
        return List.of(id);
    }

    /**
     * @param sentAt when the script was sent
     * @throws StoreUnavailableException if it is no reply to {@link #script()}
     */
    static StorePulse pulse(Instant sentAt, Response reply) {
        try {
            return new StorePulse(Math.max(1, Math.min(MAX_REPLICAS, reply.get(REPLICAS).toInteger())),
                    reply.get(GENERATION).toLong(), sentAt, Instant.ofEpochMilli(reply.get(TIME).toLong()),
                    Math.max(0, reply.get(UNKNOWN_KEYS).toInteger()));
        } catch (RuntimeException e) {
            throw new StoreUnavailableException(StoreFault.NONSENSE);
        }
    }
}
