package dev.leantokens.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.vertx.core.json.JsonObject;

/**
 * The failure of a call to Lean, as it is sealed in Redis and in messages.
 *
 * @param fence the fence of the call
 * @param redisTime when it failed, in microseconds of Redis' clock
 * @param time when it failed, in milliseconds of the clock of the replica that called Lean
 * @param credentials identifies the credentials that it called Lean with: replicas can have another secret of the same client
 * @param failure the failure
 */
record SharedFailure(long fence, long redisTime, long time, String credentials, TokenException failure) {

    /** Failures that other replicas would have as well. A spent budget, an open breaker or its TLS concern one replica. */
    private static final Set<TokenError> SHARED = EnumSet.of(TokenError.CALLER_REFUSED, TokenError.REFUSED_BY_LEAN,
            TokenError.THROTTLED, TokenError.SERVICE_CREDENTIALS_REFUSED, TokenError.SERVICE_NOT_AUTHORIZED,
            TokenError.UNUSABLE_ANSWER, TokenError.OTHER_SCOPE, TokenError.LEAN_UNAVAILABLE, TokenError.LEAN_FAILED,
            TokenError.LEAN_TIMED_OUT);

    static boolean isShared(Throwable failure) {
        return failure instanceof TokenException exception && SHARED.contains(exception.error())
        // One with a cause is no response of Lean: perhaps only this replica cannot reach it, or was stopped.
                && (exception.error() != TokenError.LEAN_UNAVAILABLE && exception.error() != TokenError.LEAN_TIMED_OUT
                        || exception.getCause() == null);
    }

    byte[] encode() {
        ErrorResponse response = failure.response();
        JsonObject json = new JsonObject().put("fence", fence).put("redisTime", redisTime).put("time", time)
                .put("credentials", credentials).put("error", failure.error().name())
                .put("status", response.status()).put("members", new JsonObject(response.members()));
        response.retryAfter().ifPresent(wait -> json.put("retryAfter", wait.toMillis()));
        return json.encode().getBytes(StandardCharsets.UTF_8);
    }

    /** @throws RuntimeException if the content has another format */
    static SharedFailure decode(byte[] content) {
        JsonObject json = new JsonObject(new String(content, StandardCharsets.UTF_8));
        ErrorResponse response = new ErrorResponse(json.getInteger("status"), json.getJsonObject("members").getMap(),
                Optional.ofNullable(json.getLong("retryAfter")).map(Duration::ofMillis));
        return new SharedFailure(json.getLong("fence"), json.getLong("redisTime"), json.getLong("time"),
                json.getString("credentials"),
                TokenException.of(TokenError.valueOf(json.getString("error")), response));
    }

    /** Excludes Lean's error, which can contain anything. */
    @Override
    public String toString() {
        return "SharedFailure[" + failure.error() + "]";
    }
}
