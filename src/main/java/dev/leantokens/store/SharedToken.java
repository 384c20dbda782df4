package dev.leantokens.store;

import java.nio.ByteBuffer;

/**
 * A token as it is sealed in Redis.
 *
 * @param fence orders the calls to Lean for this token; the same as in Redis, where it can be changed
 * @param startedAt when Lean was called, in microseconds of Redis' clock
 * @param expiresAt when the token expires, in milliseconds of the clock of the replica that called Lean
 * @param lifetime how long it was valid when it was requested, in milliseconds
 * @param generation what had been forgotten when it was requested, see {@link TokenGenerations}
 * @param response Lean's response
 */
record SharedToken(long fence, long startedAt, long expiresAt, long lifetime, long generation, byte[] response) {

    private static final int NUMBERS = 5 * Long.BYTES;

    byte[] encode() {
        return ByteBuffer.allocate(NUMBERS + response.length).putLong(fence).putLong(startedAt).putLong(expiresAt)
                .putLong(lifetime).putLong(generation).put(response).array();
    }

    /** @throws RuntimeException if the content has another format */
    static SharedToken decode(byte[] content) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        long fence = buffer.getLong();
        long startedAt = buffer.getLong();
        long expiresAt = buffer.getLong();
        long lifetime = buffer.getLong();
        long generation = buffer.getLong();
        byte[] response = new byte[buffer.remaining()];
        buffer.get(response);
        return new SharedToken(fence, startedAt, expiresAt, lifetime, generation, response);
    }

    /** Excludes the token. */
    @Override
    public String toString() {
        return "SharedToken[fence=" + fence + "]";
    }
}
