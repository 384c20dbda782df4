package dev.leantokens.token;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.smallrye.mutiny.Uni;

/**
 * Has any number of concurrent callers for the same thing share one call. The call belongs to none of them: a caller that
 * gives up leaves, and the call goes on for the others. How it ends, all learn; then it is over, and who comes next begins
 * another one. Thread-safe.
 */
final class SingleFlight<K, V> {

    private final ConcurrentMap<K, CompletableFuture<V>> running = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * @param outcome how the call ends, told on the thread that it ends on
     * @param joined whether the call was running already
     */
    record Flight<V>(Uni<V> outcome, boolean joined) {
    }

    /**
     * @param call makes the call, if none is running for the key. It is over when its outcome is there: whatever the next
     *        caller has to find must be in place by then
     */
    Flight<V> join(K key, Supplier<Uni<? extends V>> call) {
        CompletableFuture<V> mine = new CompletableFuture<>();
        CompletableFuture<V> others = running.putIfAbsent(key, mine);
        if (others != null) {
            return new Flight<>(outcome(others), true);
        }
        Uni.createFrom().deferred(call).subscribe().with(value -> {
            running.remove(key, mine);
            mine.complete(value);
        }, failure -> {
            running.remove(key, mine);
            mine.completeExceptionally(failure);
        });
        return new Flight<>(outcome(mine), false);
    }

    /** Not made from the future itself: that would be cancelled for all by one who gives up. */
    private Uni<V> outcome(CompletableFuture<V> call) {
        return Uni.createFrom().<V> emitter(caller -> {
            waiting.incrementAndGet();
            AtomicBoolean over = new AtomicBoolean();
            // That a caller gives up is told here, and how the call ends there: for one caller both can happen.
            caller.onTermination(() -> leave(over));
            call.whenComplete((value, failure) -> {
                leave(over);
                if (failure == null) {
                    caller.complete(value);
                } else {
                    caller.fail(failure);
                }
            });
        });
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
