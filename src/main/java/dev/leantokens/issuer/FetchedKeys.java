package dev.leantokens.issuer;

import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import org.jboss.logging.Logger;
import org.jose4j.jwk.PublicJsonWebKey;

import dev.leantokens.error.TokenError;
import dev.leantokens.trace.Traces;
import io.opentelemetry.api.trace.StatusCode;
import io.smallrye.mutiny.Uni;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/**
 * Keys that are fetched again and again, and kept through outages for a while. There is one fetch at a time.
 */
final class FetchedKeys implements KeptKeys {

    static final Duration INTERVAL = Duration.ofMinutes(5);
    /** The interval while keys cannot be fetched. */
    static final Duration RETRY_INTERVAL = Duration.ofSeconds(30);
    /** The pause after a fetch that a missing key caused: anybody can send tokens with unknown key ids. */
    static final Duration PAUSE = Duration.ofSeconds(30);
    /**
     * The pause after another fetch: callers that have waited for it look again, and must not find the next one to wait for.
     */
    static final Duration PAUSE_AFTER_JOINING = Duration.ofSeconds(1);

    /** Many times what one response can have. */
    private static final int MAX_REVEALED = 10 * KeySet.MAX_KEYS;

    private static final Logger LOG = Logger.getLogger(FetchedKeys.class);
    private static final Runnable NOTHING = () -> {
    };

    private final String issuer;
    private final Supplier<Future<KeySet>> fetch;
    private final Timers timers;
    private final Duration kept;
    private final Clock clock;
    private final KeysLog log;
    private final KeysMetrics metrics;
    private final Traces traces;

    /** Keys that anybody can sign with, since the issuer has published their private ones. */
    private final Set<PublicKey> revealed = new HashSet<>();
    private volatile Obtained obtained = Obtained.NOTHING;
    /** Why the last fetch has failed; empty if it has not. */
    private volatile Optional<String> problem = Optional.of("not fetched yet");
    /** Null while nothing is being fetched. */
    private Promise<Void> running;
    /** Whether a missing key has caused the running fetch. */
    private boolean causedByCaller;
    /** Whether callers wait for a running fetch that none of them has caused. */
    private boolean joined;
    private Instant pauseEnds = Instant.MIN;
    private Runnable cancelNext = NOTHING;
    private boolean closed;

    /** @param keys empty before the first ones; the same instance until they change */
    private record Obtained(KeySet set, Optional<List<PublicJsonWebKey>> keys, Instant at) {

        private static final Obtained NOTHING = new Obtained(KeySet.EMPTY, Optional.empty(), Instant.MIN);

        private static Obtained of(KeySet set, Instant at) {
            return set.keys().isEmpty() ? NOTHING : new Obtained(set, Optional.of(set.keys()), at);
        }
    }

    /** Runs tasks later. */
    @FunctionalInterface
    interface Timers {

        /** @return cancels the task */
        Runnable schedule(Duration delay, Runnable task);
    }

    /** @param kept for how long keys are used after they were last fetched */
    FetchedKeys(String issuer, Supplier<Future<KeySet>> fetch, Timers timers, Duration kept, Clock clock,
            KeysMetrics metrics, Traces traces) {
        this.issuer = issuer;
        this.fetch = fetch;
        this.timers = timers;
        this.kept = kept;
        this.clock = clock;
        this.log = new KeysLog(issuer, clock);
        this.metrics = metrics;
        this.traces = traces;
    }

    @Override
    public void takeOver(KeptKeys previous) {
        if (previous instanceof FetchedKeys same) {
            synchronized (same) {
                obtained = same.obtained;
                problem = same.problem;
                revealed.addAll(same.revealed);
            }
        }
    }

    @Override
    public void start() {
        metrics.observe(this::state);
        metrics.observeFetches(() -> obtained.keys().map(keys -> Duration.between(obtained.at(), clock.instant())));
        refetch();
    }

    @Override
    public Optional<List<PublicJsonWebKey>> current() {
        Obtained now = obtained;
        return now.keys().isPresent() && clock.instant().isBefore(now.at().plus(kept)) ? now.keys() : Optional.empty();
    }

    @Override
    public synchronized Optional<Uni<Void>> refresh(Optional<List<PublicJsonWebKey>> seen) {
        if (!IssuerKeys.same(seen, current())) {
            return Optional.of(Uni.createFrom().voidItem());
        }
        Instant now = clock.instant();
        if (running != null) {
            joined |= !causedByCaller;
            return Optional.of(traced(onCallersContext(running.future()), true));
        }
        if (closed || now.isBefore(pauseEnds)) {
            return Optional.empty();
        }
        pauseEnds = now.plus(PAUSE);
        causedByCaller = true;
        return Optional.of(traced(onCallersContext(refetch()), false));
    }

    private synchronized Future<Void> refetch() {
        if (running == null && !closed) {
            Promise<Void> mine = Promise.promise();
            running = mine;
            cancelNext.run();
            fetch.get().onComplete(result -> {
                end(result);
                mine.complete();
            });
            return mine.future();
        }
        return running == null ? Future.succeededFuture() : running.future();
    }

    private synchronized void end(AsyncResult<KeySet> result) {
        running = null;
        if (joined && clock.instant().plus(PAUSE_AFTER_JOINING).isAfter(pauseEnds)) {
            pauseEnds = clock.instant().plus(PAUSE_AFTER_JOINING);
        }
        joined = false;
        causedByCaller = false;
        if (closed) {
            return;
        }
        try {
            accept(keysOf(result));
        } catch (KeysException failure) {
            fail(failure);
        }
        cancelNext = timers.schedule(problem.isEmpty() ? INTERVAL : RETRY_INTERVAL, this::refetch);
    }

    private KeySet keysOf(AsyncResult<KeySet> result) throws KeysException {
        if (result.failed()) {
            throw result.cause() instanceof KeysException known ? known : fault(result.cause());
        }
        KeySet keys = result.result().without(revealed);
        if (keys.keys().isEmpty()) {
            throw new KeysException(KeysFault.PRIVATE_KEYS,
                    "all its keys were published with their private keys before: the issuer must replace them");
        }
        return keys;
    }

    private void fail(KeysException failure) {
        metrics.count(failure.fault());
        problem = Optional.of(failure.summary());
        if (revealed.size() < MAX_REVEALED) {
            revealed.addAll(failure.revealed());
        }
        KeySet rest = obtained.set().without(revealed);
        if (rest != obtained.set()) {
            obtained = Obtained.of(rest, obtained.at());
        }
        log.failed(failure, obtained.keys().map(keys -> obtained.at().plus(kept)));
    }

    private void accept(KeySet fetched) {
        metrics.countSuccess();
        Obtained before = obtained;
        boolean changed = !fetched.hasKeysOf(before.set());
        obtained = Obtained.of(changed ? fetched : before.set(), clock.instant());
        problem = Optional.empty();
        log.obtained();
        if (changed) {
            log.keysChanged(before.set().keys().size(), fetched.keys().size());
        }
    }

    private KeysException fault(Throwable failure) {
        LOG.error("Failed to fetch the keys of the issuer " + issuer, failure);
        return new KeysException(KeysFault.UNUSABLE, "this service failed; its log has the reason");
    }

    /** @param joined whether the request waits for a fetch that was running already */
    private Uni<Void> traced(Uni<Void> fetched, boolean joined) {
        if (!traces.areOn()) {
            return fetched;
        }
        return traces.in(traces.span("wait for keys").setParent(traces.current()).setAttribute("issuer.id", issuer)
                .setAttribute("issuer.fetch.joined", joined), span -> fetched.invoke(() -> {
                    if (problem.isPresent()) {
                        span.setStatus(StatusCode.ERROR);
                        span.setAttribute("error.type", TokenError.ISSUER_UNAVAILABLE.reason());
                    }
                }));
    }

    /** Otherwise, one thread would serve all callers that have waited. */
    private static Uni<Void> onCallersContext(Future<Void> end) {
        return Uni.createFrom().emitter(caller -> {
            Context context = Vertx.currentContext();
            end.onComplete(done -> {
                if (context == null) {
                    caller.complete(null);
                } else {
                    context.runOnContext(nothing -> caller.complete(null));
                }
            });
        });
    }

    @Override
    public KeysState state() {
        Optional<List<PublicJsonWebKey>> keys = current();
        return new KeysState(issuer, keys.map(List::size).orElse(0), keys.map(known -> obtained.at().plus(kept)), problem);
    }

    @Override
    public synchronized void close() {
        closed = true;
        cancelNext.run();
        metrics.close();
    }
}
