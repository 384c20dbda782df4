package dev.leantokens.store;

import java.time.Duration;
import java.util.List;

import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

/** The scripts that share tokens. The scripts describe their arguments. */
final class TokenScripts {

    private static final StoreScript ENTER = StoreScript.read("enter");
    private static final StoreScript PUBLISH = StoreScript.read("publish");
    private static final StoreScript RELEASE = StoreScript.read("release");
    private static final byte[] NOTHING = {};

    /** Longer than those that wait for it take to notice it without a message. */
    static final Duration FAILURE_SHARED_FOR = Duration.ofMillis(2 * TurnTaking.LAST_POLL);

    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final int RETRIES = 4;

    private final StoreLink link;
    private final StoreTimes times;
    private final Buffer channel;
    private final StoreSpans spans;

    TokenScripts(StoreLink link, StoreTimes times, String channel, StoreSpans spans) {
        this.link = link;
        this.times = times;
        this.channel = Buffer.buffer(channel);
        this.spans = spans;
    }

    /** @param trace the parent of its span */
    Uni<Response> enter(SharedTurn turn, List<Buffer> arguments, Duration patience, Context trace) {
        return spans.of(ENTER, trace, link.run(ENTER, turn.place().all(), arguments, patience));
    }

    /** No one waits for the reply: if Redis is unavailable, the token is not shared. */
    void publish(SharedTurn turn, long fence, byte[] entry, long lifeMillis) {
        send(PUBLISH, List.of(turn.place().token(), turn.place().lock()), List.of(Buffer.buffer(turn.owner()),
                Buffer.buffer(Long.toString(fence)), Buffer.buffer(entry), Buffer.buffer(Long.toString(lifeMillis)), channel,
                TurnMessages.of(turn.place().lock())));
    }

    /**
     * No one waits for the reply.
     *
     * @param failure sealed, for those that wait; may be empty
     * @param refusal sealed, to be remembered for CACHE_NEGATIVE_TTL; may be empty
     * @param refusalName the key of the refusal
     */
    void release(SharedTurn turn, byte[] failure, byte[] refusal, String refusalName) {
        long remembered = times.refusals().toMillis();
        send(RELEASE, List.of(turn.place().lock(), refusalName), List.of(Buffer.buffer(turn.owner()), channel,
                TurnMessages.of(turn.place().lock()), Buffer.buffer(failure),
                Buffer.buffer(Long.toString(Math.min(FAILURE_SHARED_FOR.toMillis(), times.lease().toMillis()))),
                Buffer.buffer(remembered > 0 ? refusal : NOTHING), Buffer.buffer(Long.toString(remembered))));
    }

    /** Repeated while the connection is replaced, since others may wait for it. */
    private void send(StoreScript script, List<String> keys, List<Buffer> arguments) {
        link.run(script, keys, arguments, times.timeout())
                .onFailure().retry().withBackOff(FIRST_RETRY).atMost(RETRIES).subscribe().with(reply -> {
                }, unavailable -> {
                });
    }
}
