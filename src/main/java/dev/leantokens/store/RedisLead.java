package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import dev.leantokens.error.TokenException;
import dev.leantokens.token.CachedToken;
import dev.leantokens.token.TokenStore.Extent;
import dev.leantokens.token.TokenStore.Lead;

/**
 * A replica's turn to call Lean: with the lock or, if Redis or another replica took too long, without. Its
 * outcome is shared in the background. Thread-safe.
 */
final class RedisLead implements Lead {

    private static final byte[] NOTHING = {};

    private final SharedTurn turn;
    private final TokenScripts scripts;
    private final TokenGenerations generations;
    /** What was forgotten before Lean was called. */
    private final long generation;
    private final Clock clock;
    private final Optional<RedisInstant> started;
    private final long fence;
    private final Optional<CachedToken> fallback;
    private final Duration waited;
    private final Consumer<RedisLead> onEnd;
    private final AtomicBoolean ended = new AtomicBoolean();

    /**
     * @param started when the turn started; empty if the time of Redis is unknown
     * @param fence the fence of the turn, if that is known
     * @param fallback a shared token for the case that Lean fails
     * @param waited how long the call has waited for Redis
     * @param onEnd called once, when it is ended
     */
    RedisLead(SharedTurn turn, TokenScripts scripts, TokenGenerations generations, Clock clock, Optional<RedisInstant> started,
            long fence, Optional<CachedToken> fallback, Duration waited, Consumer<RedisLead> onEnd) {
        this.turn = turn;
        this.scripts = scripts;
        this.generations = generations;
        this.generation = generations.generation();
        this.clock = clock;
        this.started = started;
        this.fence = fence;
        this.fallback = fallback;
        this.waited = waited;
        this.onEnd = onEnd;
    }

    @Override
    public Optional<CachedToken> fallback() {
        return fallback;
    }

    @Override
    public Duration waited() {
        return waited;
    }

    @Override
    public void publish(CachedToken token) {
        if (!end()) {
            return;
        }
        if (started.isEmpty() || generations.includes(turn.wish().key(), generation)) {
            share(NOTHING, NOTHING, Extent.SCOPE);
        } else {
            share(token, started.get().micros());
        }
    }

    @Override
    public void fail(Throwable failure, Optional<Extent> refusal) {
        if (!end()) {
            return;
        }
        if (started.isEmpty() || !SharedFailure.isShared(failure)) {
            share(NOTHING, NOTHING, Extent.SCOPE);
            return;
        }
        byte[] content = new SharedFailure(fence, started.get().now(), clock.millis(),
                turn.place().credentialsRefusal(), (TokenException) failure).encode();
        Extent extent = refusal.orElse(Extent.SCOPE);
        share(turn.seal(turn.place().lock(), content),
                refusal.isPresent() ? turn.seal(turn.place().refusal(extent), content) : NOTHING, extent);
    }

    @Override
    public void release() {
        if (end()) {
            share(NOTHING, NOTHING, Extent.SCOPE);
        }
    }

    private boolean end() {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            onEnd.accept(this);
        }
        return first;
    }

    private void share(CachedToken token, long startedAt) {
        long life = token.expiresAt().toEpochMilli() - clock.millis();
        byte[] entry = turn.seal(turn.place().token(), new SharedToken(fence, startedAt, token.expiresAt().toEpochMilli(),
                token.lifetime(), generation, token.original().bytes()).encode());
        if (life > 0 && entry.length <= TurnTaking.LARGEST_ENTRY) {
            scripts.publish(turn, fence, entry, life);
        } else {
            share(NOTHING, NOTHING, Extent.SCOPE);
        }
    }

    private void share(byte[] failure, byte[] refusal, Extent extent) {
        scripts.release(turn, failure, refusal.length <= TurnTaking.LARGEST_ENTRY ? refusal : NOTHING,
                turn.place().refusal(extent));
    }
}
