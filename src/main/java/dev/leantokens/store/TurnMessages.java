package dev.leantokens.store;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

import io.vertx.core.buffer.Buffer;

/**
 * Messages that a replica's turn for a token has ended, for the calls that wait for it. Anyone who can write Redis can send
 * them, so a message only makes a call look again. Thread-safe.
 */
final class TurnMessages implements StoreLink.Listener {

    /** Distinguishes these messages from others on the channel. */
    private static final byte KIND = 'T';

    private final ConcurrentMap<String, List<Runnable>> waiting = new ConcurrentHashMap<>();

    /** @param lock the key of the turn's lock */
    static Buffer of(String lock) {
        return Buffer.buffer().appendByte(KIND).appendString(lock);
    }

    /** @param waiter is run after each message for this lock, on any thread, until it is removed */
    void add(String lock, Runnable waiter) {
        waiting.merge(lock, List.of(waiter), (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
    }

    void remove(String lock, Runnable waiter) {
        waiting.computeIfPresent(lock, (name, waiters) -> {
            List<Runnable> rest = waiters.stream().filter(each -> each != waiter).toList();
            return rest.isEmpty() ? null : rest;
        });
    }

    @Override
    public void message(Buffer message) {
        if (message.length() > 0 && message.getByte(0) == KIND) {
            waiting.getOrDefault(message.getString(1, message.length()), List.of()).forEach(Runnable::run);
        }
    }
}
