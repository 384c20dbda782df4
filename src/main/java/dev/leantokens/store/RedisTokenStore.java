package dev.leantokens.store;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jboss.logging.Logger;

import dev.leantokens.token.CachedToken;
import dev.leantokens.token.TokenKey;
import dev.leantokens.token.TokenStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/**
 * Shares tokens by Redis. A token that another replica has obtained is used; otherwise, the replica that takes the lock of the
 * token calls Lean, and the others wait for its token or failure.
 * <p>
 * A call waits for Redis for a part of STORE_TIMEOUT, and for other replicas for {@link StoreTimes#longestWait()}. After that,
 * it goes on alone.
 * <p>
 * A program that can write Redis can cause these waits and further calls to Lean. It can also bring back an earlier token of
 * the same client and scope while that is valid, but not to a caller that requests a fresh one. It can neither forge a failure
 * nor have a token accepted that it changed, moved or invented. {@link RedisBudget} bounds the calls.
 */
final class RedisTokenStore implements TokenStore {

    private static final Logger LOG = Logger.getLogger(RedisTokenStore.class);

    /** By how much TOKEN_REFRESH_AHEAD is less in some replicas than in others, at most. */
    private static final double JITTER = 0.25;

    private final TokenScripts scripts;
    private final StoreKeys keys;
    private final StoreNames names;
    private final StoreSpans spans;
    private final StoreTimes times;
    private final SealedEntries entries;
    private final TokenGenerations generations;
    private final TurnMessages messages = new TurnMessages();
    private final TokenStoreMetrics metrics;
    private final RedisClock redisClock = new RedisClock();
    private final Clock clock;
    private final Vertx vertx;
    private final double jitter;
    /** Names this replica as the owner of locks. */
    private final String replica;
    private final AtomicLong turns = new AtomicLong();
    private volatile boolean ending;
    /** The turns that have not ended. */
    private final Set<RedisLead> open = ConcurrentHashMap.newKeySet();

    RedisTokenStore(StoreLink link, StoreKeys keys, StoreNames names, StoreTimes times, TokenGenerations generations,
            Clock clock, Vertx vertx, MeterRegistry registry, StoreSpans spans) {
        this.scripts = new TokenScripts(link, times, names.channel(), spans);
        this.keys = keys;
        this.spans = spans;
        this.names = names;
        this.times = times;
        this.generations = generations;
        this.entries = new SealedEntries(keys, times.tolerance(), generations, new UnusableEntries(clock, registry),
                clock);
        this.metrics = new TokenStoreMetrics(registry);
        this.clock = clock;
        this.vertx = vertx;
        SecureRandom random = new SecureRandom();
        byte[] id = new byte[Long.BYTES];
        random.nextBytes(id);
        this.replica = HexFormat.of().formatHex(id);
        this.jitter = 1 - JITTER * random.nextDouble();
        link.addListener(messages);
        link.addListener(redisClock);
        TokenStoreMetrics uncounted = new TokenStoreMetrics(new CompositeMeterRegistry());
        WarmUp warmUp = new WarmUp(turn -> enter(turn, uncounted), keys, names, clock, replica);
        link.addListener(warmUp);
        if (link.isUp()) {
            warmUp.connected();
        }
    }

    @Override
    public Uni<Turn> enter(Wish wish) {
        StoreKey key = keys.current().get(0);
        SharedTurn turn = new SharedTurn(wish, key, TokenPlace.of(names, key, wish), replica + '-' + turns.incrementAndGet());
        return enter(turn, metrics).onFailure().recoverWithItem(failure -> {
            LOG.error("The store failed; this call goes on without it", failure);
            return new Lead() {
            };
        });
    }

    private Uni<Turn> enter(SharedTurn turn, TokenStoreMetrics counters) {
        return Uni.createFrom()
                .emitter(outcome -> new TurnTaking(turn, scripts, entries, messages, counters, times, redisClock, clock,
                        vertx, () -> ending, spans,
                        (started, fence, fallback, waited) -> lead(turn, started, fence, fallback, waited),
                        outcome)
                        .start());
    }

    private RedisLead lead(SharedTurn turn, Optional<RedisInstant> started, long fence, Optional<CachedToken> fallback,
            Duration waited) {
        RedisLead lead = new RedisLead(turn, scripts, generations, clock, started, fence, fallback, waited, open::remove);
        open.add(lead);
        return lead;
    }

    /** Calls that wait for other replicas go on alone when they look again, and so do later ones. */
    void endWaits() {
        ending = true;
    }

    /** Ends the turns of calls that this replica will not finish, so that others do not wait for it. */
    void close() {
        open.forEach(RedisLead::release);
    }

    @Override
    public long generation() {
        return generations.generation();
    }

    @Override
    public boolean isForgotten(TokenKey key, long generation) {
        return generations.includes(key, generation);
    }

    @Override
    public void onForget(Consumer<Predicate<TokenKey>> memory) {
        generations.onForget(memory);
    }

    @Override
    public double jitter() {
        return jitter;
    }
}
