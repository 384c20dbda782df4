package dev.leantokens.soak;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A session of an MCP client. After it has been retired, it ends with its last call. Thread-safe.
 */
final class McpSession {

    private static final int MIN_CALLS = 200;
    private static final int MAX_CALLS = 1_000;

    private final String id;
    private final int lastCall = ThreadLocalRandom.current().nextInt(MIN_CALLS, MAX_CALLS);
    private final AtomicInteger calls = new AtomicInteger();
    private int pending;
    private boolean retired;
    private Runnable end;

    McpSession(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    /** @return the number of the next call, which is the id of its message */
    int nextCall() {
        return calls.incrementAndGet();
    }

    /** @return whether this is the last call of the session; true once */
    boolean isLast(int call) {
        return call == lastCall;
    }

    /** @return whether a call may start */
    synchronized boolean enter() {
        if (retired) {
            return false;
        }
        pending++;
        return true;
    }

    synchronized void leave() {
        pending--;
        endIfIdle();
    }

    /**
     * Lets no further call start.
     *
     * @param whenIdle runs after the last pending call
     */
    synchronized void retire(Runnable whenIdle) {
        retired = true;
        end = whenIdle;
        endIfIdle();
    }

    private void endIfIdle() {
        if (retired && pending == 0) {
            end.run();
        }
    }
}
