package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.leantokens.error.TokenException;
import dev.leantokens.lean.CallWindow.Limits;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/** The budget of one replica, and callers that always want more of it. Calls are made to nobody, but recorded. */
public final class ReplicaBudget {

    private static final Duration LONGEST_CALL = Duration.ofMillis(300);
    private static final int MAX_MILLIS = 30;

    private final Vertx vertx;
    private final Budget budget;
    private final Duration window;
    private final List<Call> calls;
    private final AtomicBoolean wanted = new AtomicBoolean(true);
    private final AtomicBoolean alive = new AtomicBoolean(true);
    private final List<TokenException> refusals = new CopyOnWriteArrayList<>();

    /**
     * A call.
     *
     * @param start in nanoseconds, like the end
     * @param end when Lean has it at the latest
     */
    public record Call(String sharer, boolean optional, long start, long end) {
    }

    /** @param calls receives the calls */
    public ReplicaBudget(int limit, Duration window, Vertx vertx, SharedBudget shared, List<Call> calls) {
        this.vertx = vertx;
        this.window = window;
        this.calls = calls;
        this.budget = Requests.budget(Limits.of(limit, LONGEST_CALL, window), Clock.systemUTC(), (millis, action) -> {
            long id = vertx.setTimer(millis, elapsed -> action.run());
            return () -> vertx.cancelTimer(id);
        }, 1_000, shared);
    }

    /**
     * Starts callers that want one call after the other.
     *
     * @param sharers the number of sharers that can exist
     */
    public void want(int callers, String sharer, int sharers, Purpose purpose) {
        for (int i = 0; i < callers; i++) {
            next(new CallerAccount(sharer + " " + i, sharer, sharers, false), purpose);
        }
    }

    /** Starts no further calls. */
    public void stop() {
        wanted.set(false);
    }

    /** Like a process that is killed: its calls are at Lean, and it never says that they have ended. */
    public void kill() {
        stop();
        alive.set(false);
    }

    /** @return how the budget refused calls */
    public List<TokenException> refusals() {
        return refusals;
    }

    public int left() {
        return budget.left(Requests.SERVICE);
    }

    /** Takes a call with a caller's credentials. */
    public Uni<Boolean> ofCaller(String clientId, String secret) {
        return budget.take(Requests.ofCaller(clientId, secret, true, "address"), Duration.ofSeconds(1)).map(permit -> {
            permit.used();
            return true;
        });
    }

    private void next(CallerAccount caller, Purpose purpose) {
        if (!wanted.get()) {
            return;
        }
        UpstreamTokenRequest request = Requests.ofService(new CallerAccounts(caller, purpose));
        budget.take(request, window.dividedBy(8)).subscribe().with(permit -> made(permit, caller, purpose), failure -> {
            refusals.add((TokenException) failure);
            Duration wait = Optional.of((TokenException) failure).flatMap(refusal -> refusal.response().retryAfter())
                    .orElse(window);
            // Callers are impatient, and do not come at the same time.
            long longest = Math.max(10, Math.min(wait.toMillis(), window.toMillis() / 10));
            vertx.setTimer(ThreadLocalRandom.current().nextLong(longest / 2, longest), again -> next(caller, purpose));
        });
    }

    private void made(CallPermit permit, CallerAccount caller, Purpose purpose) {
        long start = System.nanoTime();
        vertx.setTimer(ThreadLocalRandom.current().nextInt(1, MAX_MILLIS), ended -> {
            calls.add(new Call(caller.sharer(), purpose == Purpose.REPLACEMENT, start, System.nanoTime()));
            if (alive.get()) {
                permit.used();
                next(caller, purpose);
            }
        });
    }
}
