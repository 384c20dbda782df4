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
     * @param outcome how the call ends, told on the thread that it ends on
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
