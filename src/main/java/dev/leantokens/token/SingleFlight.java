package dev.leantokens.token;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Has any number of concurrent callers for the same thing share one call. The call belongs to none of them: a caller that
 * gives up leaves, and the call goes on for the others. All learn how it ends; then it is over, and the next caller begins
 * another one. The call is made for all {@link CallerAccounts} that joined it. Thread-safe.
 */
final class SingleFlight<K, V> {

    private final ConcurrentMap<K, Running<V>> running = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    private static final class Running<V> {

        private final CallerAccounts requesters;
        private final CompletableFuture<V> outcome = new CompletableFuture<>();

        private Running(CallerAccounts requesters) {
            this.requesters = requesters;
        }
    }

    /**
     * @param outcome how the call ends, delivered on the caller's Vert.x context if there is one
     * @param joined whether the call was running already
     */
    record Flight<V>(Uni<V> outcome, boolean joined) {
    }

    /**
     * @param requesters the caller, which others join if it begins the call
     * @param call makes the call, if none is running for the key. It is over when its outcome is there: whatever the next
     *        caller has to find must be in place by then
     */
    Flight<V> join(K key, CallerAccounts requesters, Supplier<Uni<? extends V>> call) {
        Running<V> mine = new Running<>(requesters);
        Running<V> others = running.putIfAbsent(key, mine);
        while (others != null) {
            if (others.requesters.join(requesters.first(), requesters.purpose())) {
                return new Flight<>(outcome(others.outcome), true);
            }
            // It was refused for those that it was made for, and is about to end.
            running.remove(key, others);
            others = running.putIfAbsent(key, mine);
        }
        Uni.createFrom().deferred(call).subscribe().with(value -> {
            running.remove(key, mine);
            mine.outcome.complete(value);
        }, failure -> {
            running.remove(key, mine);
            mine.outcome.completeExceptionally(failure);
        });
        return new Flight<>(outcome(mine.outcome), false);
    }

    /**
     * Not created from the future itself: a caller that gives up would cancel that for all. The emitter fails on the context on
     * which its caller cancels: there it ignores the failure of a caller that has left, which Mutiny would log as dropped if
     * it arrived anywhere downstream.
     */
    private Uni<V> outcome(CompletableFuture<V> call) {
        Executor context = callersContext();
        return Uni.createFrom().<V> emitter(caller -> {
            waiting.incrementAndGet();
            AtomicBoolean over = new AtomicBoolean();
            // That a caller gives up is told here, and how the call ends there: for one caller both can happen.
            caller.onTermination(() -> leave(over));
            call.whenComplete((value, failure) -> {
                leave(over);
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

    private void leave(AtomicBoolean over) {
        if (over.compareAndSet(false, true)) {
            waiting.decrementAndGet();
        }
    }

    /** @return how many callers wait for a call that is under way */
    int waiting() {
        return waiting.get();
    }
}
