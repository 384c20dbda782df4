package dev.leantokens.soak;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A session of an MCP client, which ends some calls after it was found worn out, when the last of them is over. Thread-safe.
 */
final class McpSession {

    private static final int FEWEST_CALLS = 200;
    private static final int MOST_CALLS = 1_000;

    private final String id;
    private final int lastCall = ThreadLocalRandom.current().nextInt(FEWEST_CALLS, MOST_CALLS);
    private final AtomicInteger calls = new AtomicInteger();
    private int underWay;
    private boolean retired;
    private Runnable end;

    McpSession(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    /** @return the number of a further call, which is the id of its message */
    int nextCall() {
        return calls.incrementAndGet();
    }

    /** @return whether it is time for another session: said once */
    boolean isWornOutBy(int call) {
        return call == lastCall;
    }

    /** @return whether a call may begin */
    synchronized boolean enter() {
        if (retired) {
            return false;
        }
        underWay++;
        return true;
    }

    synchronized void leave() {
        underWay--;
        endIfIdle();
    }

    /** @param whenIdle is run once no call is under way; none begins any more */
    synchronized void retire(Runnable whenIdle) {
        retired = true;
        end = whenIdle;
        endIfIdle();
    }

    private void endIfIdle() {
        if (retired && underWay == 0) {
            end.run();
        }
    }
}
