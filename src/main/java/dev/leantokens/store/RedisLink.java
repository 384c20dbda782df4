package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

import org.jboss.logging.Logger;

import dev.leantokens.lean.HostLookup;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;

/**
 * The link to Redis. It is up while a {@link RedisSession} is open and its scripts succeed. A fault that concerns all scripts
 * takes it down, and so does a {@link FailureStreak}. While it is down, scripts fail at once, and now and then it tries to
 * open a session.
 * <p>
 * All state changes on one event loop. Thread-safe.
 */
final class RedisLink implements StoreLink {

    /** How often this replica says that it is there, and checks that Redis is. */
    static final Duration HEARTBEAT = Duration.ofMillis(500);

    /** The limit for what no one waits for, such as heartbeats, and for opening a session. */
    private static final Duration PATIENCE = Duration.ofMillis(500);
    /** The limit for opening the first session, while this process and perhaps others load their classes. */
    static final Duration FIRST_PATIENCE = Duration.ofSeconds(3);
    /** An outage that follows within this time is part of the last one. */
    private static final Duration STABLE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    /** How much the pauses of replicas differ, so that they do not connect at the same moment. */
    private static final double JITTER = 0.25;

    private static final Logger LOG = Logger.getLogger(RedisLink.class);

    private final Vertx vertx;
    private final ContextInternal context;
    private final RedisClients clients;
    private final Duration timeout;
    private final Clock clock;
    private final LinkMetrics metrics;
    private final StoreOutage outage;
    private final Heartbeat heartbeat;
    private final HostLookup hosts;
    private final String channel;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Promise<Void> firstAttempt = Promise.promise();
    private final FailureStreak streak = new FailureStreak();

    /** Null while Redis is down. Written on the event loop only, as the fields below. */
    private volatile RedisSession session;
    private volatile int replicas = 1;
    private volatile int unknownKeys;
    /** The session that is being opened. */
    private RedisSession opening;
    /** The number of outages and failed attempts since Redis was last up for long. */
    private volatile int failures;
    /** The number of failed attempts: chooses the address to start with. */
    private int attempt;
    private boolean heartbeatWaits;
    private boolean lastHeartbeatWasLate;
    private long timer;
    private long stableTimer;
    private boolean closed;

    /** @param timeout the longest wait for a script, whatever its caller's patience */
    RedisLink(Vertx vertx, RedisClients clients, StoreNames names, StoreKeys keys, Duration timeout, Clock clock,
            LinkMetrics metrics) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.clients = clients;
        this.timeout = timeout;
        this.metrics = metrics;
        this.clock = clock;
        this.outage = new StoreOutage(clock);
        this.heartbeat = new Heartbeat(names, keys);
        this.hosts = new HostLookup(vertx, () -> {
            clients.lookUpHosts();
            return null;
        });
        this.channel = names.channel();
    }

    /** @return completes when the first attempt to connect has succeeded or failed; never fails */
    Future<Void> start() {
        context.runOnContext(ignored -> open());
        return firstAttempt.future();
    }

    /** Leaves the fleet and closes the connections. */
    Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(ignored -> {
            closed = true;
            RedisSession last = session;
            if (last == null) {
                shut(last, done);
            } else {
                execute(last, heartbeat.leave(), heartbeat.leaveKeys(), heartbeat.leaveArguments(), timeout)
                        .onComplete(left -> shut(last, done));
            }
        });
        return done.future();
    }

    private void shut(RedisSession last, Promise<Void> done) {
        session = null;
        vertx.cancelTimer(timer);
        vertx.cancelTimer(stableTimer);
        if (opening != null) {
            opening.close();
        }
        if (last != null) {
            last.close();
        }
        firstAttempt.tryComplete();
        done.complete();
    }

    @Override
    public Uni<Response> run(StoreScript script, List<String> keys, List<Buffer> arguments, Duration patience) {
        return runWithin(patience.compareTo(timeout) < 0 ? patience : timeout, script, keys, arguments);
    }

    @Override
    public Uni<Response> runInBackground(StoreScript script, List<String> keys, List<Buffer> arguments) {
        return runWithin(PATIENCE, script, keys, arguments);
    }

    private Uni<Response> runWithin(Duration limit, StoreScript script, List<String> keys, List<Buffer> arguments) {
        return Uni.createFrom().emitter(emitter -> {
            RedisSession current = session;
            if (current == null) {
                emitter.fail(outage.exception());
                return;
            }
            Context caller = Vertx.currentContext();
            context.runOnContext(ignored -> execute(current, script, keys, arguments, limit).onComplete(result -> {
                Runnable reply = () -> {
                    if (result.succeeded()) {
                        emitter.complete(result.result());
                    } else {
                        emitter.fail(result.cause());
                    }
                };
                if (caller == null) {
                    reply.run();
                } else {
                    caller.runOnContext(back -> reply.run());
                }
            }));
        });
    }

    @Override
    public void send(Buffer message) {
        context.runOnContext(ignored -> {
            if (session != null) {
                session.publish(message);
            }
        });
    }

    @Override
    public boolean isUp() {
        return session != null;
    }

    @Override
    public int replicas() {
        return replicas;
    }

    /** @return the number of keys with which replicas seal, and which this one does not have */
    int unknownKeys() {
        return unknownKeys;
    }

    /** @return whether Redis can be used, and since when */
    StoreOutage.State outage() {
        return outage.state();
    }

    /** @return the number of outages and failed attempts since Redis was last up for long */
    int failures() {
        return failures;
    }

    @Override
    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    /** @return the reply, or a {@link StoreUnavailableException} after the limit at the latest */
    private Future<Response> execute(RedisSession current, StoreScript script, List<String> keys, List<Buffer> arguments,
            Duration limit) {
        Promise<Response> promise = Promise.promise();
        long start = System.nanoTime();
        // A reply that has come while this thread was busy is read before the second timer.
        long limitTimer = vertx.setTimer(Math.max(1, limit.toMillis()),
                late -> vertx.setTimer(1, stillLate -> fail(current, promise, StoreFault.TIMEOUT, start)));
        current.evalsha(script, keys, arguments)
                // Not after the limit: the caller may have sent what undoes the script.
                .recover(error -> error instanceof ErrorType reply && reply.is("NOSCRIPT") && !promise.future().isComplete()
                        ? current.eval(script, keys, arguments)
                        : Future.failedFuture(error))
                .onComplete(reply -> {
                    vertx.cancelTimer(limitTimer);
                    if (reply.failed()) {
                        fail(current, promise, StoreFault.of(reply.cause()), start);
                        return;
                    }
                    // Also of a reply that is too late.
                    metrics.recordRoundTrip(System.nanoTime() - start);
                    if (promise.tryComplete(reply.result()) && current == session) {
                        streak.end();
                    }
                });
        return promise.future();
    }

    private void fail(RedisSession current, Promise<Response> promise, StoreFault fault, long start) {
        if (!promise.tryFail(new StoreUnavailableException(fault))) {
            return;
        }
        metrics.countFault(fault);
        if (current == session) {
            boolean isDown = streak.add(start, System.nanoTime());
            if (fault.isOfAll() || isDown) {
                goDown(fault);
            }
        }
    }

    private void open() {
        if (closed) {
            return;
        }
        Promise<StorePulse> opened = Promise.promise();
        RedisSession[] self = new RedisSession[1];
        RedisSession next = new RedisSession(context, channel, this::receive, fault -> {
            opened.tryFail(new StoreUnavailableException(fault));
            if (session != null && session == self[0]) {
                goDown(fault);
            }
        });
        self[0] = next;
        opening = next;
        boolean first = !firstAttempt.future().isComplete();
        boolean[] lookedUp = new boolean[1];
        long limitTimer = vertx.setTimer((first ? FIRST_PATIENCE : PATIENCE).toMillis(), late -> opened.tryFail(
                new StoreUnavailableException(lookedUp[0] ? StoreFault.TIMEOUT : StoreFault.HOST_UNKNOWN)));
        // Vert.x would look up names on the event loop.
        hosts.resolve().subscribe().with(known -> context.runOnContext(ignored -> {
            lookedUp[0] = true;
            open(next, opened, first);
        }),
                failure -> opened.tryFail(failure));
        opened.future().onComplete(result -> {
            vertx.cancelTimer(limitTimer);
            opening = null;
            if (result.succeeded() && !closed) {
                goUp(next, result.result());
            } else {
                next.close();
                if (!closed) {
                    onFailedAttempt(StoreFault.of(result.cause()));
                }
            }
        });
    }

    private void open(RedisSession next, Promise<StorePulse> opened, boolean first) {
        if (opened.future().isComplete()) {
            return;
        }
        next.open(clients, attempt)
                .compose(ready -> pulse(next, first ? FIRST_PATIENCE : timeout))
                .onSuccess(opened::tryComplete)
                .onFailure(opened::tryFail);
    }

    private Future<StorePulse> pulse(RedisSession current, Duration patience) {
        Instant sentAt = clock.instant();
        return execute(current, heartbeat.script(), heartbeat.keys(), heartbeat.arguments(), patience)
                .map(reply -> Heartbeat.pulse(sentAt, reply));
    }

    private void onFailedAttempt(StoreFault fault) {
        attempt++;
        metrics.countFault(fault);
        outage.start(fault);
        failures++;
        firstAttempt.tryComplete();
        timer = vertx.setTimer(pause(), late -> open());
    }

    /** @return milliseconds until the next attempt: longer after each, and never quite those of another replica */
    private long pause() {
        long longest = Math.min(LONGEST_PAUSE.toMillis(), HEARTBEAT.toMillis() << Math.min(failures - 1, 8));
        return Math.round(longest * (1 - JITTER * ThreadLocalRandom.current().nextDouble()));
    }

    private void goUp(RedisSession opened, StorePulse pulse) {
        streak.end();
        heartbeatWaits = false;
        lastHeartbeatWasLate = false;
        outage.recover();
        session = opened;
        timer = vertx.setPeriodic(HEARTBEAT.toMillis(), due -> beat(opened));
        stableTimer = vertx.setTimer(STABLE.toMillis(), due -> {
            failures = 0;
            outage.end();
        });
        each(Listener::connected);
        onPulse(pulse);
        firstAttempt.tryComplete();
    }

    private void goDown(StoreFault fault) {
        LOG.debug("The link to Redis is down: " + fault);
        RedisSession last = session;
        // A broken connection is often all that is wrong.
        boolean connectsAtOnce = failures == 0 && fault == StoreFault.CONNECTION;
        if (connectsAtOnce) {
            outage.suspect(fault);
        } else {
            outage.start(fault);
        }
        session = null;
        vertx.cancelTimer(timer);
        vertx.cancelTimer(stableTimer);
        last.close();
        failures++;
        each(Listener::disconnected);
        if (connectsAtOnce) {
            open();
        } else {
            timer = vertx.setTimer(pause(), late -> open());
        }
    }

    private void beat(RedisSession current) {
        if (heartbeatWaits || current != session) {
            return;
        }
        heartbeatWaits = true;
        Promise<Void> sign = Promise.promise();
        long limitTimer = vertx.setTimer(PATIENCE.toMillis(),
                late -> sign.tryFail(new StoreUnavailableException(StoreFault.TIMEOUT)));
        current.probeMessages().onSuccess(sign::tryComplete).onFailure(sign::tryFail)
                .onComplete(reply -> vertx.cancelTimer(limitTimer));
        Future<StorePulse> pulse = pulse(current, PATIENCE);
        Future.all(pulse, sign.future()).onComplete(both -> {
            if (current != session) {
                return;
            }
            heartbeatWaits = false;
            if (both.succeeded()) {
                lastHeartbeatWasLate = false;
                onPulse(pulse.result());
                return;
            }
            StoreFault fault = StoreFault.of(both.cause());
            // On a busy machine, a single one can be late.
            if (fault.isOfAll() || lastHeartbeatWasLate) {
                goDown(fault);
            } else {
                lastHeartbeatWasLate = true;
            }
        });
    }

    private void onPulse(StorePulse pulse) {
        replicas = pulse.replicas();
        unknownKeys = pulse.unknownKeys();
        each(listener -> listener.pulse(pulse));
    }

    private void receive(Buffer message) {
        each(listener -> listener.message(message));
    }

    private void each(Consumer<Listener> event) {
        for (Listener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.error("A listener of the store failed", e);
            }
        }
    }
}
