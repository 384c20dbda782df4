package dev.leantokens.lean;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;

import dev.leantokens.token.TokenError;
import io.smallrye.mutiny.Uni;

/**
 * Lets so many calls through at a time; others wait in line. The line is here and not in the HTTP client, where to wait for a
 * connection takes from the time that Lean has for its answer, so that a crowd of callers looks like a Lean that fails.
 * Thread-safe.
 */
final class CallGate {

    /** A longer line than this many times the calls at a time could not be served in time anyway. */
    private static final int LINES = 10;

    private final int limit;
    /** Runs an action after so many milliseconds. */
    private final BiConsumer<Long, Runnable> timer;

    /** Guarded by this. */
    private final Deque<Runnable> line = new ArrayDeque<>();
    private int inside;

    CallGate(int limit, BiConsumer<Long, Runnable> timer) {
        this.limit = limit;
        this.timer = timer;
    }

    /**
     * @param call the call, which is made as soon as there is room
     * @param patience how long it waits for that
     * @return how the call ends; or a failure if there was no room in time, or the line is too long to join
     */
    <T> Uni<T> pass(Uni<T> call, Duration patience) {
        return Uni.createFrom().emitter(outcome -> {
            Runnable turn = () -> call.onTermination().invoke(this::leave).subscribe().with(outcome::complete, outcome::fail);
            switch (join(turn)) {
                case IN -> turn.run();
                case FULL -> outcome.fail(busy());
                case WAITING -> timer.accept(Math.max(1, patience.toMillis()), () -> {
                    if (giveUp(turn)) {
                        outcome.fail(busy());
                    }
                });
            }
        });
    }

    private enum Place {
        IN,
        WAITING,
        FULL
    }

    private synchronized Place join(Runnable turn) {
        if (inside < limit) {
            inside++;
            return Place.IN;
        }
        if (line.size() >= limit * LINES) {
            return Place.FULL;
        }
        line.addLast(turn);
        return Place.WAITING;
    }

    private synchronized boolean giveUp(Runnable turn) {
        return line.remove(turn);
    }

    /** Whoever leaves makes room for the next in line. */
    private void leave() {
        Runnable next;
        synchronized (this) {
            next = line.pollFirst();
            if (next == null) {
                inside--;
            }
        }
        if (next != null) {
            next.run();
        }
    }

    private static Throwable busy() {
        return TokenError.TOO_MANY_CALLS.because("more calls to Lean are wanted than are made at a time");
    }
}
