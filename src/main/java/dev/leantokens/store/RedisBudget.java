package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

import dev.leantokens.lean.SharedBudget;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

/**
 * The shared budget in Redis: scripts apply the rules of {@code lean/CallWindow} to the calls of all replicas, by the clock of
 * Redis. While two keys are configured, calls count under both names, so that replicas with either one see all of them.
 * Thread-safe.
 */
final class RedisBudget implements SharedBudget, StoreLink.Listener {

    /** When a question is no longer answered: later than it waits, since the nodes of a cluster have clocks that differ. */
    private static final Duration LATE = Duration.ofSeconds(1);

    /** The number of ends that wait until Redis can be used again; beyond it, the first one is dropped. */
    private static final int MAX_ENDS = 1_000;
    /** How many of them are sent at each heartbeat: Redis must answer others meanwhile. */
    private static final int ENDS_AT_ONCE = 200;

    /** How long replicas count after they were seen: a Redis that was restarted sees them again one by one. */
    private static final Duration MEMORY = Duration.ofMinutes(1);

    private static final String CALLS = StoreScript.read("calls").text();

    private final StoreScript take;
    private final StoreScript end;
    private final StoreScript pause = StoreScript.read("pause");
    private final StoreLink link;
    private final StoreKeys keys;
    private final StoreNames names;
    private final Duration timeout;
    private final Clock clock;
    private final StoreSpans spans;
    /** Tells whose calls are counted; not a secret. */
    private final String replica = Long.toHexString(ThreadLocalRandom.current().nextLong());
    private final RedisClock redisClock = new RedisClock();
    /** Ends that Redis may not know. Guarded by itself. */
    private final Set<End> ends = new LinkedHashSet<>();

    private volatile Instant lastReturn = Instant.MIN;
    /** The largest number of replicas in this minute and in the last one; 0 until one has been seen. Written by pulses only. */
    private volatile int replicas;
    private volatile int replicasBefore;
    private Instant minute = Instant.MIN;

    /** @param nanoTime when the call ended */
    private record End(Call call, boolean made, long nanoTime) {

        /** @return for how long the call still counts */
        private Duration rest() {
            Duration rest = call.limits().window().minusNanos(System.nanoTime() - nanoTime);
            return made && rest.compareTo(Duration.ZERO) > 0 ? rest : Duration.ZERO;
        }
    }

    /**
     * @param timeout the longest time that a request waits for Redis, in all
     * @param clock the same as that of the budget of this replica
     */
    RedisBudget(StoreLink link, StoreKeys keys, StoreNames names, Duration timeout, Clock clock,
            StoreSpans spans) {
        this(link, keys, names, timeout, clock, spans, StoreScript.of("take", CALLS + StoreScript.read("take").text()),
                StoreScript.of("end", CALLS + StoreScript.read("end").text()));
    }

    RedisBudget(StoreLink link, StoreKeys keys, StoreNames names, Duration timeout, Clock clock, StoreSpans spans,
            StoreScript take,
            StoreScript end) {
        this.link = link;
        this.keys = keys;
        this.names = names;
        this.timeout = timeout;
        this.clock = clock;
        this.spans = spans;
        this.take = take;
        this.end = end;
        link.addListener(this);
        link.addListener(redisClock);
    }

    @Override
    public void connected() {
        if (replicas > 0) {
            lastReturn = clock.instant();
        }
    }

    @Override
    public void pulse(StorePulse pulse) {
        Instant now = clock.instant();
        if (pulse.unknownKeys() > 0) {
            // The calls of replicas with another key count elsewhere.
            lastReturn = now;
        }
        if (now.isAfter(minute)) {
            minute = now.plus(MEMORY);
            replicasBefore = replicas;
            replicas = pulse.replicas();
        }
        replicas = Math.max(replicas, pulse.replicas());
        sendKept();
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public boolean isUp() {
        return link.isUp();
    }

    @Override
    public Instant lastReturn() {
        return lastReturn;
    }

    @Override
    public int replicas() {
        return Math.max(replicas, replicasBefore);
    }

    @Override
    public Uni<Answer> take(Call call, Own own, Duration reserve) {
        Duration patience = StoreTimes.left(timeout, call.waited());
        Instant asked = clock.instant();
        long latest = redisClock.now().map(now -> now.micros() + LATE.toNanos() / 1_000).orElse(Long.MAX_VALUE);
        List<Uni<Answer>> answers = new ArrayList<>(1);
        for (StoreKey key : inOrder()) {
            List<Buffer> arguments = new ArrayList<>(14);
            arguments.add(text(name(key, call)));
            arguments.add(text(sharer(key, call)));
            arguments.add(text(call.share()));
            arguments.add(text(call.limits().calls()));
            arguments.add(text(call.limits().optional()));
            arguments.add(text(call.limits().tries()));
            arguments.add(micros(call.limits().window()));
            arguments.add(micros(call.limits().longestCall()));
            arguments.add(micros(reserve));
            arguments.add(text(own.calls()));
            arguments.add(text(own.careful() ? 1 : 0));
            arguments.add(micros(own.patience()));
            arguments.add(text(latest));
            arguments.add(text(LONGEST_PAUSE.toMillis()));
            List<String> used = new ArrayList<>(keys(key, call));
            used.add(pauseKey(key, call.clientId(), call.credentials()));
            answers.add(spans.of(take, call.trace(), link.run(take, used, arguments, patience)).map(RedisBudget::answer));
        }
        Uni<Answer> answer = answers.size() == 1 ? answers.get(0)
                : Uni.join().all(answers).andFailFast().map(all -> both(call, all));
        return answer.invoke(() -> requireInTime(asked.plus(patience)));
    }

    /**
     * An answer that came while this process was stopped can be read before the time limit ends. The other replicas may have
     * made the call since then.
     */
    private void requireInTime(Instant expected) {
        if (clock.instant().isAfter(expected.plus(LATE))) {
            throw new StoreUnavailableException(StoreFault.TIMEOUT);
        }
    }

    /** The keys of all replicas in the same order, so that of two that need the last call one gets it under both names. */
    private List<StoreKey> inOrder() {
        List<StoreKey> current = keys.current();
        return current.size() == 1 ? current
                : current.stream().sorted((one, other) -> Arrays.compare(one.id(), other.id())).toList();
    }

    /** @return the call can be made if it can be made under all names */
    private Answer both(Call call, List<Answer> answers) {
        Optional<Denied> denied = answers.stream().filter(Denied.class::isInstance).map(Denied.class::cast)
                .max(Comparator.<Denied, Boolean> comparing(denial -> denial.reason() == Reason.LOST)
                        .thenComparing(denial -> denial.waits().get(0)));
        if (denied.isPresent()) {
            end(call, false);
            return denied.get();
        }
        List<Taken> taken = answers.stream().map(Taken.class::cast).toList();
        return new Taken(taken.stream().mapToInt(Taken::left).min().orElseThrow(),
                taken.stream().map(Taken::nextLoan).flatMap(Optional::stream).max(Duration::compareTo));
    }

    @Override
    public void begin(Call call) {
        for (StoreKey key : keys.current()) {
            count(key, call, call.limits().window().plus(call.limits().longestCall()), () -> {
                // Its end is kept.
            });
        }
    }

    @Override
    public void end(Call call, boolean made) {
        send(new End(call, made, System.nanoTime()));
    }

    /** Sending an end again changes nothing. */
    private void send(End end) {
        for (StoreKey key : keys.current()) {
            count(key, end.call, end.rest(), () -> keep(end));
        }
    }

    private void keep(End end) {
        synchronized (ends) {
            ends.add(end);
            if (ends.size() > MAX_ENDS) {
                ends.remove(ends.iterator().next());
            }
        }
    }

    private void sendKept() {
        List<End> next;
        synchronized (ends) {
            next = ends.stream().limit(ENDS_AT_ONCE).toList();
            next.forEach(ends::remove);
        }
        // Calls that no longer count are forgotten by Redis, too.
        next.stream().filter(each -> !each.made || !each.rest().isZero()).forEach(this::send);
    }

    /** @param rest for how long the call counts from now on */
    private void count(StoreKey key, Call call, Duration rest, Runnable onFailure) {
        run(end, keys(key, call), List.of(text(name(key, call)), micros(call.limits().window()),
                micros(call.limits().longestCall()), micros(rest)), onFailure);
    }

    @Override
    public void pause(String clientId, Optional<String> credentials, Duration wait) {
        for (StoreKey key : keys.current()) {
            run(pause, List.of(pauseKey(key, clientId, credentials)),
                    List.of(text(Math.max(1, wait.toMillis())), text(LONGEST_PAUSE.toMillis())), () -> {
                        // This replica alone pauses.
                    });
        }
    }

    private void run(StoreScript script, List<String> used, List<Buffer> arguments, Runnable onFailure) {
        link.run(script, used, arguments, timeout).subscribe().with(done -> {
        }, failure -> onFailure.run());
    }

    private List<String> keys(StoreKey key, Call call) {
        return List.of(names.client(key, call.clientId(), "calls"), names.client(key, call.clientId(), "numbers"));
    }

    private String pauseKey(StoreKey key, String clientId, Optional<String> credentials) {
        return names.client(key, clientId,
                credentials.map(each -> "pause:" + key.digest("credentials " + each)).orElse("pause"));
    }

    private String name(StoreKey key, Call call) {
        return sharer(key, call) + (call.isTry() ? ":t" : ":-") + (call.optional() ? ":o:" : ":-:") + replica + "." + call.id();
    }

    /** The name of a sharer can be an address or the id of a local client. */
    private static String sharer(StoreKey key, Call call) {
        return key.digest("sharer " + call.sharer());
    }

    private static Answer answer(Response reply) {
        try {
            int left = reply.get(1).toInteger();
            if (reply.get(0).toString().equals("taken")) {
                long loan = reply.get(2).toLong();
                return new Taken(left, loan < 0 ? Optional.empty() : Optional.of(duration(loan)));
            }
            List<Duration> waits = new ArrayList<>(reply.size());
            for (int i = 2; i < reply.size(); i++) {
                waits.add(duration(reply.get(i).toLong()));
            }
            if (waits.isEmpty()) {
                throw new IllegalArgumentException("no time");
            }
            return new Denied(reason(reply.get(0).toString()), left, waits);
        } catch (RuntimeException e) {
            throw new StoreUnavailableException(StoreFault.NONSENSE);
        }
    }

    private static Reason reason(String name) {
        return switch (name) {
            case "full" -> Reason.FULL;
            case "optional" -> Reason.OPTIONAL;
            case "share" -> Reason.SHARE;
            case "try" -> Reason.TRY;
            case "paused" -> Reason.PAUSED;
            case "lost" -> Reason.LOST;
            default -> throw new IllegalArgumentException("unknown");
        };
    }

    private static Duration duration(long micros) {
        return Duration.ofNanos(Math.max(1, micros) * 1_000);
    }

    private static Buffer micros(Duration duration) {
        return text(duration.toNanos() / 1_000);
    }

    private static Buffer text(long number) {
        return Buffer.buffer(Long.toString(number));
    }

    private static Buffer text(String text) {
        return Buffer.buffer(text);
    }
}
