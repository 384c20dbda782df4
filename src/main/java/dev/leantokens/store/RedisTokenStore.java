package dev.leantokens.store;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

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
 * Redis only makes calls for tokens cheaper. A call waits for it for STORE_TIMEOUT at most, and for other replicas for two
 * leases at most; after that it goes on alone. What can write Redis can cause that wait and further calls to Lean, which remain
 * within the budget; and it can bring back an earlier token of the same client and scope while that is valid, but not to a
 * caller that requests a fresh one. It cannot make a call fail, or get a token accepted that it changed, moved or made up.
 */
final class RedisTokenStore implements TokenStore {

    /** A token is replaced in this part of the usual time at the latest, at random for each replica. */
    private static final double JITTER = 0.25;

    private final TokenScripts scripts;
    private final StoreKeys keys;
    private final StoreNames names;
    private final StoreTimes times;
    private final SealedEntries entries;
    private final TokenGenerations generations;
    private final TurnMessages messages = new TurnMessages();
    private final TokenStoreMetrics metrics;
    private final Clock clock;
    private final Vertx vertx;
    private final double jitter;
    /** Names this replica as the owner of locks. */
    private final String replica;
    private final AtomicLong turns = new AtomicLong();

    RedisTokenStore(StoreLink link, StoreKeys keys, StoreNames names, StoreTimes times, TokenGenerations generations,
            Clock clock, Vertx vertx, MeterRegistry registry) {
        this.scripts = new TokenScripts(link, times, names.channel());
        this.keys = keys;
        this.names = names;
        this.times = times;
        this.generations = generations;
        this.entries = new SealedEntries(keys, times.tolerance(), generations, new UnusableEntries(clock, registry));
        this.metrics = new TokenStoreMetrics(registry);
        this.clock = clock;
        this.vertx = vertx;
        SecureRandom random = new SecureRandom();
        byte[] id = new byte[Long.BYTES];
        random.nextBytes(id);
        this.replica = HexFormat.of().formatHex(id);
        this.jitter = 1 - JITTER * random.nextDouble();
        link.addListener(messages);
        TokenStoreMetrics uncounted = new TokenStoreMetrics(new CompositeMeterRegistry());
        WarmUp warmUp = new WarmUp(turn -> enter(turn, uncounted), keys, names, clock);
        link.addListener(warmUp);
        if (link.isUp()) {
            warmUp.connected();
        }
    }

    @Override
    public Uni<Turn> enter(Wish wish) {
        StoreKey key = keys.current().get(0);
        SharedTurn turn = new SharedTurn(wish, key, TokenPlace.of(names, key, wish), replica + '-' + turns.incrementAndGet());
        return enter(turn, metrics);
    }

    private Uni<Turn> enter(SharedTurn turn, TokenStoreMetrics counters) {
        return Uni.createFrom()
                .emitter(outcome -> new TurnTaking(turn, scripts, entries, messages, counters, times, clock, vertx,
                        (started, fence, fallback) -> new RedisLead(turn, scripts, generations, clock, started, fence,
                                fallback),
                        outcome).start());
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
