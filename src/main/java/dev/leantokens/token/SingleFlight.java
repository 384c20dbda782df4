package dev.leantokens.token;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Lets concurrent callers for the same key share one call. No caller owns the call: one that gives up leaves, and the call
 * continues for the others. All get its outcome; the next caller starts another call. The call is made for all
 * {@link CallerAccounts} that joined it. Thread-safe.
 */
final class SingleFlight<K, V> {

    private final ConcurrentMap<K, Running<V>> running = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    private static final class Running<V> {

        private final CallerAccounts accounts;
        private final CallSpan span;
        private final CompletableFuture<V> outcome = new CompletableFuture<>();

        private Running(CallerAccounts accounts, CallSpan span) {
            this.accounts = accounts;
            this.span = span;
        }
    }

    /**
     * @param outcome the outcome of the call, emitted on the caller's Vert.x context if there is one
     * @param joined whether the call was already running
     * @param span that of the call
     */
    record Flight<V>(Uni<V> outcome, boolean joined, CallSpan span) {
    }

    /**
     * Joins the running call for the key, or starts one.
     *
     * @param accounts the caller; others join these accounts if it starts the call
     * @param span the span of the call, if it is started; ended before the outcome
     * @param call makes the call. It ends with its outcome: whatever the next caller must find has to be in place by then
     */
    Flight<V> join(K key, CallerAccounts accounts, CallSpan span, Supplier<Uni<? extends V>> call) {
        Running<V> mine = new Running<>(accounts, span);
        Running<V> other = running.putIfAbsent(key, mine);
        while (other != null) {
            if (other.accounts.join(accounts.first(), accounts.purpose())) {
                return new Flight<>(outcome(other.outcome), true, other.span);
            }
            // The other call has been refused for its callers and is about to end.
            running.remove(key, other);
            other = running.putIfAbsent(key, mine);
        }
        Uni.createFrom().deferred(call).subscribe().with(value -> {
            running.remove(key, mine);
            span.end(null);
            mine.outcome.complete(value);
        }, failure -> {
            running.remove(key, mine);
            span.end(failure);
            mine.outcome.completeExceptionally(failure);
        });
        return new Flight<>(outcome(mine.outcome), false, span);
    }

    /**
     * Not created from the future itself: a caller that gives up would cancel that for all. The emitter fails on the
     * caller's context, where it is cancelled too, so it ignores a failure after its caller has left. Mutiny would log that
     * failure as dropped if it arrived anywhere downstream.
     */
    private Uni<V> outcome(CompletableFuture<V> call) {
        Executor context = callersContext();
        return Uni.createFrom().<V> emitter(caller -> {
            waiting.incrementAndGet();
            AtomicBoolean left = new AtomicBoolean();
            // Both can happen for one caller: it gives up, and the call ends.
            caller.onTermination(() -> leave(left));
            call.whenComplete((value, failure) -> {
                leave(left);
                context.execute(() -> {
                    if (failure == null) {
                        caller.complete(value);
                    } else {
                        caller.fail(failure);
                    }
                });
            });
        });
    }

    /**
     * Otherwise, all callers of a call would be served by the one thread on which it ends.
     *
     * @return runs tasks on the current Vert.x context, if there is one
     */
    static Executor callersContext() {
        Context context = Vertx.currentContext();
        return task -> {
            if (context == null || context == Vertx.currentContext()) {
                task.run();
            } else {
                context.runOnContext(nothing -> task.run());
            }
        };
    }

    private void leave(AtomicBoolean left) {
        if (left.compareAndSet(false, true)) {
            waiting.decrementAndGet();
        }
    }

    /** Lets no further caller join the calls for the selected keys. Those that have joined get the outcomes. */
    void detach(Predicate<K> selected) {
        running.keySet().removeIf(selected);
    }

    /** @return the number of callers that wait for a running call */
    int waiting() {
        return waiting.get();
    }
}
