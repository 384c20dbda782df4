package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import org.jboss.logging.Logger;

import dev.leantokens.store.TokenStoreMetrics.Outcome;
import dev.leantokens.token.CachedToken;
import dev.leantokens.token.TokenStore.Elsewhere;
import dev.leantokens.token.TokenStore.Extent;
import dev.leantokens.token.TokenStore.Failed;
import dev.leantokens.token.TokenStore.Shared;
import dev.leantokens.token.TokenStore.Turn;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

/**
 * The way of one call to its turn: asks Redis, and waits for another replica as long as that has the lock. All steps run on the
 * context of the caller, one after the other.
 */
final class TurnTaking {

    private static final Logger LOG = Logger.getLogger(TurnTaking.class);

    /** Lengths in bytes. Lean's responses have 64 KiB at most by default. */
    static final int LARGEST_ENTRY = 256 << 10;

    /** As in memory, a token of the last second is fresh. */
    private static final Duration YOUNGEST = Duration.ofSeconds(1);
    private static final String NONE = "";
    /** In milliseconds: with less than that, a token counts as expired. */
    private static final long SHORTEST_LIFE = 1000;
    /** The fence of no entry. */
    private static final String NO_FENCE = "-";

    /** How much later than this replica waits Redis may still answer: its clock is not known exactly. */
    private static final Duration MARGIN = Duration.ofMillis(50);

    /** How long it waits for a message before it asks again: from the first to the last, each twice the one before. */
    private static final long SHORTEST_POLL = 10;
    private static final long FIRST_POLL = 100;
    static final long LAST_POLL = 1000;
    /** Messages beyond this number do not shorten the wait: anyone who can write Redis can send them. */
    private static final int MAX_MESSAGES = 20;
    /** How many entries can be unusable before this replica does without Redis. */
    private static final int MAX_UNUSABLE = 4;

    /** Creates turns to call Lean. */
    @FunctionalInterface
    interface Leads {

        /**
         * @param started when the turn started; empty if the time of Redis is unknown
         * @param fence the fence of the turn, if that is known
         * @param fallback a shared token for the case that Lean fails
         * @param waited how long the call has waited for Redis
         */
        Turn create(Optional<RedisInstant> started, long fence, Optional<CachedToken> fallback, Duration waited);
    }

    private final SharedTurn turn;
    private final TokenScripts scripts;
    private final SealedEntries entries;
    private final StoreTimes times;
    private final TurnMessages messages;
    private final TokenStoreMetrics metrics;
    private final RedisClock redisClock;
    private final Clock clock;
    private final Vertx vertx;
    private final BooleanSupplier ending;
    private final StoreSpans spans;
    private final Leads leads;
    private final UniEmitter<? super Turn> outcome;
    private final io.vertx.core.Context context;
    private final Runnable waiter = () -> run(this::wake);

    /** How long it can still wait for Redis, in nanoseconds. */
    private long patience;
    private boolean done;
    private boolean asking;
    /** Whether a message came while it asked. */
    private boolean messageCame;
    private long timer;
    private long poll = FIRST_POLL;
    private int messagesUsed;
    private int unusable;
    /** A string, or the bytes that are in Redis, which can be any. */
    private Object excluded = NO_FENCE;
    private String waitedFor = NONE;
    private boolean believesCredentialsRefusal;
    private boolean believesScopeRefusal = true;
    private boolean believesFailure = true;
    private final Instant startedAt;
    /** Since when it waits for other replicas; empty before. */
    private Optional<Long> waitingSince = Optional.empty();
    private Span wait = Span.getInvalid();
    /** The parent of the next span. */
    private Context trace;

    TurnTaking(SharedTurn turn, TokenScripts scripts, SealedEntries entries, TurnMessages messages, TokenStoreMetrics metrics,
            StoreTimes times, RedisClock redisClock, Clock clock, Vertx vertx, BooleanSupplier ending, StoreSpans spans,
            Leads leads,
            UniEmitter<? super Turn> outcome) {
        this.turn = turn;
        this.scripts = scripts;
        this.entries = entries;
        this.times = times;
        this.messages = messages;
        this.metrics = metrics;
        this.redisClock = redisClock;
        this.clock = clock;
        this.vertx = vertx;
        this.ending = ending;
        this.spans = spans;
        this.trace = turn.wish().trace();
        this.leads = leads;
        this.outcome = outcome;
        this.context = vertx.getOrCreateContext();
        this.startedAt = clock.instant();
        this.patience = times.lookup().toNanos();
        this.believesCredentialsRefusal = !turn.wish().credentialsAccepted();
    }

    void start() {
        if (turn.wish().waits()) {
            // Before the first question, so that no message is missed in between.
            messages.add(turn.place().lock(), waiter);
        }
        run(this::ask);
    }

    private void run(Runnable step) {
        if (context == Vertx.currentContext()) {
            step.run();
        } else {
            context.runOnContext(nothing -> step.run());
        }
    }

    private void ask() {
        if (done) {
            return;
        }
        if (patience <= 0) {
            // Redis answers, but takes too long for all the questions of this call.
            metrics.countTimeout();
            goOnAlone();
            return;
        }
        long started = System.nanoTime();
        Instant sentAt = clock.instant();
        asking = true;
        messageCame = false;
        scripts.enter(turn, arguments(), Duration.ofNanos(patience), trace).subscribe().with(
                reply -> run(() -> receive(reply, started, sentAt)), failure -> run(() -> {
                    patience -= System.nanoTime() - started;
                    goOnAlone();
                }));
    }

    private List<Buffer> arguments() {
        int believed = (believesCredentialsRefusal ? 1 : 0) + (believesScopeRefusal ? 2 : 0) + (believesFailure ? 4 : 0);
        return Stream.of(turn.owner(), times.lease().toMillis(), turn.wish().minimumValidity(),
                turn.wish().fresh() ? YOUNGEST.toNanos() / 1000 : NONE, waitedFor, excluded, believed,
                turn.wish().waits() ? 1 : 0,
                LARGEST_ENTRY, latest())
                .map(argument -> argument instanceof Buffer bytes ? bytes : Buffer.buffer(argument.toString())).toList();
    }

    /** @return the time of Redis until which this call waits for the answer, with a margin for what is not known exactly */
    private String latest() {
        return redisClock.now().map(now -> Long.toString(now.micros() + (patience + MARGIN.toNanos()) / 1000)).orElse(NONE);
    }

    private void receive(Response reply, long started, Instant sentAt) {
        if (done) {
            return;
        }
        asking = false;
        try {
            String kind = reply.get(0).toString();
            if (!kind.equals("held") || waitingSince.isEmpty()) {
                // Otherwise it waits for the other replica, not for Redis.
                patience -= System.nanoTime() - started;
            }
            RedisInstant time = redisClock.read(reply.get(1).toLong());
            switch (kind) {
                case "token" -> useToken(reply, time, sentAt);
                case "refused" -> useRefusal(reply, time, sentAt);
                case "failed" -> useFailure(reply, time, sentAt);
                case "held" -> waitForOther(reply, time);
                // The clock of Redis has been set, and is known again now.
                case "late" -> askAgain();
                case "lead" -> lead(reply, time, sentAt);
                default -> goOnAlone();
            }
        } catch (RuntimeException e) {
            // Without the message, which can quote the reply.
            LOG.debug("Redis sent an unusable reply: " + e.getClass().getName());
            goOnAlone();
        }
    }

    private void useToken(Response reply, RedisInstant time, Instant sentAt) {
        String fence = reply.get(3).toString();
        Optional<CachedToken> token = entries.token(turn.wish().key(), turn.place().token(), reply.get(2).toBytes(), fence,
                time.micros(), sentAt);
        if (token.filter(found -> isGood(found, fence, sentAt)).isPresent()) {
            end(new Shared(token.get()), Outcome.HIT);
        } else {
            excluded = Buffer.buffer(reply.get(3).toBytes());
            askAgain();
        }
    }

    /** Checks what the script has decided by what others can change, and by another clock. */
    private boolean isGood(CachedToken token, String fence, Instant now) {
        long remaining = Duration.between(now, token.expiresAt()).toMillis();
        boolean isAwaited = isAwaited(fence);
        if (remaining < (isAwaited ? SHORTEST_LIFE : turn.wish().minimumValidity())) {
            return false;
        }
        Duration age = Duration.ofMillis(token.lifetime() - remaining);
        Duration youngest = YOUNGEST.plus(isAwaited ? times.lease().plus(Duration.between(startedAt, now)) : Duration.ZERO);
        return !turn.wish().fresh() || age.compareTo(youngest.plus(times.tolerance())) < 0;
    }

    /** @return whether this is the fence of the call that it waited for, or of a later one */
    private boolean isAwaited(String fence) {
        return !waitedFor.equals(NONE) && Long.parseLong(fence) >= Long.parseLong(waitedFor);
    }

    private void useRefusal(Response reply, RedisInstant time, Instant sentAt) {
        Extent extent = reply.get(2).toInteger() == 1 ? Extent.CREDENTIALS : Extent.SCOPE;
        Optional<SharedFailure> refusal = entries.failure(turn.place().refusal(extent), reply.get(3).toBytes(), credentials(),
                times.refusals(), time.micros(), sentAt);
        if (refusal.isPresent() && (extent == Extent.CREDENTIALS ? believesCredentialsRefusal : believesScopeRefusal)) {
            end(new Failed(refusal.get().failure()), Outcome.FAILURE);
            return;
        }
        if (extent == Extent.CREDENTIALS) {
            believesCredentialsRefusal = false;
        } else {
            believesScopeRefusal = false;
        }
        askAgain();
    }

    private void useFailure(Response reply, RedisInstant time, Instant sentAt) {
        Optional<SharedFailure> failure = entries.failure(turn.place().lock(), reply.get(3).toBytes(), credentials(),
                TokenScripts.FAILURE_SHARED_FOR, time.micros(), sentAt);
        if (believesFailure && failure.filter(each -> isAwaited(Long.toString(each.fence()))).isPresent()) {
            end(new Failed(failure.get().failure()), Outcome.FAILURE);
        } else {
            believesFailure = false;
            askAgain();
        }
    }

    private String credentials() {
        return turn.place().credentialsRefusal();
    }

    private void askAgain() {
        if (++unusable > MAX_UNUSABLE) {
            goOnAlone();
        } else {
            ask();
        }
    }

    private void waitForOther(Response reply, RedisInstant time) {
        if (!turn.wish().waits()) {
            end(new Elsewhere(), Outcome.ELSEWHERE);
            return;
        }
        if (waitingSince.isEmpty()) {
            waitingSince = Optional.of(System.nanoTime());
            wait = spans.waitForReplica(trace);
            trace = trace.with(wait);
        }
        long left = times.longestWait().toMillis() - (System.nanoTime() - waitingSince.get()) / 1_000_000;
        if (left <= 0 || ending.getAsBoolean()) {
            end(leads.create(Optional.of(time), time.micros(), Optional.empty(), waited()), Outcome.MISS);
            return;
        }
        // A lock of this age has expired: what says that its call started earlier has been changed.
        waitedFor = Long.toString(Math.max(reply.get(2).toLong(), time.micros() - times.lease().toNanos() / 1000));
        if (messageCame && messagesUsed++ < MAX_MESSAGES) {
            ask();
            return;
        }
        timer = vertx.setTimer(Math.max(SHORTEST_POLL, Math.min(left, Math.min(poll, reply.get(3).toLong() + 1))),
                due -> run(this::ask));
        poll = Math.min(2 * poll, LAST_POLL);
    }

    /** Called when the call that it waits for has ended, or a message says so. */
    private void wake() {
        if (asking) {
            messageCame = true;
        } else if (!done && messagesUsed++ < MAX_MESSAGES) {
            vertx.cancelTimer(timer);
            ask();
        }
    }

    private void lead(Response reply, RedisInstant time, Instant sentAt) {
        if (!reply.get(3).toString().isEmpty()) {
            entries.recordTampered();
        }
        byte[] entry = reply.get(4).toBytes();
        Optional<CachedToken> fallback = entry.length == 0 || turn.wish().fresh() ? Optional.empty()
                : entries.token(turn.wish().key(), turn.place().token(), entry, reply.get(5).toString(), time.micros(), sentAt);
        end(leads.create(Optional.of(time), reply.get(2).toLong(), fallback, waited()), Outcome.MISS);
    }

    /** Without Redis, which is unavailable or too slow. */
    private void goOnAlone() {
        Optional<RedisInstant> now = redisClock.now();
        end(leads.create(now, now.map(RedisInstant::micros).orElse(0L), Optional.empty(), waited()), Outcome.UNAVAILABLE);
    }

    /** @return how long it has waited for Redis */
    private Duration waited() {
        return times.lookup().minusNanos(patience);
    }

    private void end(Turn result, Outcome how) {
        if (done) {
            return;
        }
        done = true;
        vertx.cancelTimer(timer);
        messages.remove(turn.place().lock(), waiter);
        metrics.record(how);
        wait.end();
        waitingSince.ifPresent(since -> metrics.recordWait(System.nanoTime() - since));
        outcome.complete(result);
    }
}
