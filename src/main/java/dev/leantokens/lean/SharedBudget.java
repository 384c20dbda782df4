package dev.leantokens.lean;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;

/**
 * The calls that all replicas of this service may make together, for each client of Lean. When its own {@link Budget} permits a
 * call, a replica asks for it here. Implementations are thread-safe and never block.
 */
public interface SharedBudget {

    /** The longest time for which throttled credentials are paused. */
    Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Each replica has the whole budget, and asks no other. */
    SharedBudget NONE = new SharedBudget() {

        @Override
        public boolean isShared() {
            return false;
        }

        @Override
        public boolean isUp() {
            return false;
        }

        @Override
        public Instant lastReturn() {
            return Instant.MIN;
        }

        @Override
        public int replicas() {
            return 1;
        }

        @Override
        public Uni<Answer> take(Call call, Own own, Duration reserve) {
            throw new IllegalStateException("the budget is not shared");
        }

        @Override
        public void begin(Call call) {
            // Only this replica counts it.
        }

        @Override
        public void end(Call call, boolean made) {
            // Only this replica counts it.
        }

        @Override
        public void pause(String clientId, Optional<String> credentials, Duration wait) {
            // No other replica has to know.
        }
    };

    /**
     * How many calls one client may make.
     *
     * @param calls the number of calls in a window
     * @param optional how many of them may be optional
     * @param tries how many of them may use credentials that Lean has not accepted before
     * @param window the length of the window
     * @param longestCall the longest time that a call can take
     */
    record Limits(int calls, int optional, int tries, Duration window, Duration longestCall) {
    }

    /**
     * A call to Lean.
     *
     * @param clientId the client of Lean; its case does not matter
     * @param credentials the fingerprint of a caller's credentials; empty for the service's
     * @param sharer the name under which the call is counted
     * @param share the number of calls that the sharer can make at once
     * @param isTry whether Lean has not accepted the credentials before
     * @param optional whether the call can be left out
     * @param limits those of the client
     * @param id differs for each call of all replicas
     * @param waited how long the call has waited for the store before
     * @param trace the parent of the spans for the store; the root if the call is not traced
     */
    record Call(String clientId, Optional<String> credentials, String sharer, int share, boolean isTry, boolean optional,
            Limits limits, String id, Duration waited, Context trace) {

        /** @return another call of the same kind */
        Call another(String otherId) {
            return new Call(clientId, credentials, sharer, share, isTry, optional, limits, otherId, waited, trace);
        }

        /** Excludes the client, the credentials and the sharer, which can be an address. */
        @Override
        public String toString() {
            return "Call[share=" + share + ", isTry=" + isTry + ", optional=" + optional + "]";
        }
    }

    /**
     * What a replica that asks for a call knows itself.
     *
     * @param calls how many of its calls count at least
     * @param careful whether it keeps to its part of the calls now
     * @param patience how long the call can wait for its turn
     */
    record Own(int calls, boolean careful, Duration patience) {
    }

    /** The answer to a replica that asks for a call. */
    sealed interface Answer permits Taken, Denied {

        /** @return the number of calls that are left for the client */
        int left();
    }

    /**
     * The call can be made.
     *
     * @param nextLoan when the next call can be borrowed, if this one is borrowed
     */
    record Taken(int left, Optional<Duration> nextLoan) implements Answer {
    }

    /**
     * The call cannot be made now.
     *
     * @param waits when the next calls could be made at the earliest; at least one
     */
    record Denied(Reason reason, int left, List<Duration> waits) implements Answer {
    }

    /** Why a call cannot be made now. */
    enum Reason {
        /** No call is left. */
        FULL,
        /** No optional call is left, or callers wait for those that are. */
        OPTIONAL,
        /** The sharer has used its share, and cannot borrow a call now. */
        SHARE,
        /** No try is left for this account. */
        TRY,
        /** Lean throttles the credentials. */
        PAUSED,
        /** Calls are missing from the shared count: each replica has to keep to its part as well, and can then ask again. */
        LOST
    }

    /** @return whether replicas share a budget at all; never changes */
    boolean isShared();

    /** @return whether it can be asked now; otherwise, each replica keeps to its part */
    boolean isUp();

    /** @return when it could be asked again after the last outage; {@link Instant#MIN} without one */
    Instant lastReturn();

    /** @return the number of replicas that were seen last, with this one; 0 if none has ever been seen */
    int replicas();

    /**
     * Takes a call, which counts until the window has passed after its end.
     *
     * @param reserve how long the next call is kept for sharers within their share, if this one waits for it
     * @return the answer, on any thread; a failure if it does not come in time
     */
    Uni<Answer> take(Call call, Own own, Duration reserve);

    /**
     * Counts a call that is made without asking, if that is possible now. Returns at once and never fails.
     */
    void begin(Call call);

    /**
     * Ends a call, also one that was made without asking or whose answer did not come. Returns at once and never fails.
     *
     * @param made whether it was made, so that it still counts
     */
    void end(Call call, boolean made);

    /**
     * Makes no replica call Lean with these credentials for some time. Returns at once and never fails.
     *
     * @param credentials the fingerprint of a caller's credentials; empty for the service's
     * @param wait {@link #LONGEST_PAUSE} at most
     */
    void pause(String clientId, Optional<String> credentials, Duration wait);
}
