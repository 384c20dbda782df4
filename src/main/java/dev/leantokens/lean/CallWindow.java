package dev.leantokens.lean;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Counts the calls for one client of Lean in a sliding window, in all and for each sharer. A call counts from its start until a
 * minute after its end, since Lean can have received it at any time between. Not thread-safe: guarded by its
 * {@link ClientBudget}.
 */
final class CallWindow {

    private static final Tally NO_CALLS = new Tally();

    private Limits limits;

    /** Calls that have ended and still count, in the order in which they ended. */
    private final Deque<EndedCalls> ended = new ArrayDeque<>(2);
    /** By sharer, without empty ones. */
    private final Map<String, Tally> tallies = new HashMap<>(2);
    private final Tally all = new Tally();
    private int optional;
    private int tries;
    /** Credentials that are being tried, and the call that tries them. */
    private final Map<String, CallPermit> trials = new HashMap<>(2);
    private Loan lastLoan = new Loan(Instant.MIN, Instant.MIN);

    /**
     * @param calls the number of calls in a minute
     * @param optional how many of them may be optional
     * @param tries how many of them may use credentials that Lean has not accepted before
     * @param longestCall the longest time that a call can take
     * @param window how long a call counts after its end
     */
    record Limits(int calls, int optional, int tries, Duration longestCall, Duration window) {

        Limits(int calls, int optional, int tries, Duration longestCall) {
            this(calls, optional, tries, longestCall, Budget.WINDOW);
        }

        static Limits of(int calls, Duration longestCall) {
            return of(calls, longestCall, Budget.WINDOW);
        }

        static Limits of(int calls, Duration longestCall, Duration window) {
            return new Limits(calls, Math.max(1, calls / 2), Math.max(1, calls / 10), longestCall, window);
        }

        /** @return the limits with another number of calls, at least one */
        Limits withCalls(int number) {
            return of(Math.max(1, number), longestCall, window);
        }
    }

    /** Whether a call can be made now, and on whose account; the best first. */
    enum Grade {
        WITHIN_SHARE,
        BORROWED,
        NOT_NOW
    }

    /**
     * What a caller is entitled to with its credentials.
     *
     * @param sharer the name under which its calls are counted
     * @param share the number of calls that it can make at once; 0 for tries, which are limited otherwise
     * @param accepted whether Lean has accepted the credentials before
     * @param credentials the fingerprint of the credentials
     */
    record Standing(String sharer, int share, boolean accepted, String credentials) {

        @Override
        public String toString() {
            return "Standing[" + share + ", " + accepted + "]";
        }
    }

    /**
     * The last borrowed call, or the first call after a rest.
     *
     * @param at when it was made
     * @param next when the next call can be borrowed, as calculated then
     */
    record Loan(Instant at, Instant next) {
    }

    /** How a call counts: for whom, and towards which of the limits. */
    record Kind(String sharer, boolean isTry, boolean borrowed, boolean optional) {

        /** Excludes the sharer, which can be an address. */
        @Override
        public String toString() {
            return "Kind[isTry=" + isTry + ", borrowed=" + borrowed + ", optional=" + optional + "]";
        }
    }

    /** Calls of one kind that ended at the same time: one entry, since a client without a limit makes thousands in a second. */
    static final class EndedCalls {

        final Kind kind;
        /** When they no longer count. */
        final Instant countUntil;
        private int number = 1;

        private EndedCalls(Kind kind, Instant countUntil) {
            this.kind = kind;
            this.countUntil = countUntil;
        }

        int number() {
            return number;
        }
    }

    private static final class Tally {

        private int calls;
        private int borrowed;

        private void add(Kind kind, int number) {
            calls += number;
            borrowed += kind.borrowed() ? number : 0;
        }
    }

    CallWindow(Limits limits) {
        this.limits = limits;
    }

    /** Changes the limits. Calls that have been made still count. */
    void limit(Limits next) {
        limits = next;
    }

    Limits limits() {
        return limits;
    }

    /** Drops the calls that no longer count. */
    void advance(Instant now) {
        while (!ended.isEmpty() && !ended.peekFirst().countUntil.isAfter(now)) {
            EndedCalls first = ended.removeFirst();
            release(first.kind, first.number);
        }
    }

    CallPermit permit(ClientBudget budget, Standing standing, Grade grade, boolean isOptional, Instant now) {
        Loan loanBefore = lastLoan;
        // After a rest, callers that come together get their shares before one of them borrows.
        if (grade == Grade.BORROWED || isEmpty()) {
            lastLoan = new Loan(now, now.plus(interval()));
        }
        Kind kind = new Kind(standing.sharer(), !standing.accepted(), grade == Grade.BORROWED, isOptional);
        CallPermit permit = new CallPermit(budget, standing, kind, loanBefore, lastLoan);
        all.add(kind, 1);
        tallies.computeIfAbsent(standing.sharer(), sharer -> new Tally()).add(kind, 1);
        optional += isOptional ? 1 : 0;
        if (kind.isTry()) {
            tries++;
            trials.putIfAbsent(standing.credentials(), permit);
        }
        return permit;
    }

    /** @param made whether the call was made, so that it still counts */
    void end(CallPermit permit, boolean made, Instant now) {
        // Only for the call that tries them: if it was sent twice, the next trial can have started.
        trials.remove(permit.standing.credentials(), permit);
        if (made) {
            count(permit.kind, now.plus(limits.window()));
            return;
        }
        release(permit.kind, 1);
        if (permit.kind.borrowed() && lastLoan == permit.loan) {
            lastLoan = permit.loanBefore;
        }
    }

    private void count(Kind kind, Instant until) {
        EndedCalls last = ended.peekLast();
        if (last != null && last.countUntil.equals(until) && last.kind.equals(kind)) {
            last.number++;
        } else {
            ended.addLast(new EndedCalls(kind, until));
        }
    }

    private void release(Kind kind, int number) {
        all.add(kind, -number);
        tallies.computeIfPresent(kind.sharer(), (sharer, tally) -> {
            tally.add(kind, -number);
            return tally.calls == 0 ? null : tally;
        });
        optional -= kind.optional() ? number : 0;
        tries -= kind.isTry() ? number : 0;
    }

    /** @return whether and how a call can be made now */
    Grade grade(Standing standing, Instant now) {
        if (left() <= 0) {
            return Grade.NOT_NOW;
        }
        if (!standing.accepted()) {
            return !isOnTrial(standing.credentials()) && mayTry(calls(standing), tries) ? Grade.WITHIN_SHARE : Grade.NOT_NOW;
        }
        if (withinShare(standing, 1) > 0) {
            return Grade.WITHIN_SHARE;
        }
        return now.isBefore(nextLoan()) ? Grade.NOT_NOW : Grade.BORROWED;
    }

    /** @return whether a request can be sent once more, as another call */
    boolean mayRepeat(CallPermit permit) {
        return left() > 0 && (!permit.kind.isTry() || tries < limits.tries())
                && (!permit.kind.optional() || isOptionalLeft());
    }

    /** An account can have as many tries as are left: the first one half of them, the next one half of the rest. */
    boolean mayTry(int triesOfAccount, int allTries) {
        return triesOfAccount < limits.tries() - allTries;
    }

    boolean isOnTrial(String credentials) {
        return trials.containsKey(credentials);
    }

    boolean isOptionalLeft() {
        return optional < limits.optional();
    }

    /** @return the number of calls that are left */
    int left() {
        return limits.calls() - all.calls;
    }

    boolean isEmpty() {
        return all.calls == 0;
    }

    /** @return the number of calls that count now */
    int calls() {
        return all.calls;
    }

    /** @return the number of calls that count now and until a later time */
    int callsUntil(Instant time) {
        int calls = all.calls;
        for (EndedCalls each : ended) {
            if (each.countUntil.isAfter(time)) {
                break;
            }
            calls -= each.number;
        }
        return calls;
    }

    /** @return the number of tries, of all accounts */
    int tries() {
        return tries;
    }

    /** @return the number of calls of this sharer */
    int calls(Standing standing) {
        return tally(standing).calls;
    }

    /** @return how many of further calls would be within the share */
    int withinShare(Standing standing, int further) {
        Tally tally = tally(standing);
        return standing.accepted() ? Math.min(further, Math.max(0, standing.share() - tally.calls + tally.borrowed)) : further;
    }

    private Tally tally(Standing standing) {
        return tallies.getOrDefault(standing.sharer(), NO_CALLS);
    }

    /** @return when the next call can be borrowed: earlier than calculated at the last loan if shares have come back since */
    Instant nextLoan() {
        Instant byNow = lastLoan.at().plus(interval());
        return byNow.isBefore(lastLoan.next()) ? byNow : lastLoan.next();
    }

    /** @return the time between borrowed calls. It spreads them over the window, so that they come back evenly */
    Duration interval() {
        return limits.window().dividedBy(Math.max(1, limits.calls() - all.calls + all.borrowed));
    }

    /** @return the calls that have ended and still count, in the order in which they come back */
    Deque<EndedCalls> ended() {
        return ended;
    }

    /** @return when a call of this kind comes back, after as many others of the kind */
    Instant nextReturn(int others, Predicate<Kind> kind, Instant now) {
        int ahead = others;
        for (EndedCalls calls : ended) {
            if (kind.test(calls.kind)) {
                ahead -= calls.number;
                if (ahead < 0) {
                    return calls.countUntil;
                }
            }
        }
        return latestReturn(now);
    }

    /** @return when all calls that are running now have come back at the latest, also one that has just started */
    Instant latestReturn(Instant now) {
        return now.plus(limits.longestCall()).plus(limits.window());
    }
}
