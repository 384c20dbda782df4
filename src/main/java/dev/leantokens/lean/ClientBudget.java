package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;

/**
 * The calls that Lean gets for one client of it, and whose they are. In any minute, wherever it starts, there are no more than
 * the limit; a call counts from its start until a minute after its end, since it can have reached Lean at any time between.
 * <p>
 * Each sharer gets its share at once. It borrows what others leave, one call at a time, so that borrowed calls come back one at
 * a time too: a sharer that has not had its share waits for seconds, and not until a minute is over. Calls with credentials
 * that Lean has not accepted before are tries, which get a small part. Calls that can be left undone get half. A call that
 * cannot be made now waits in line if its turn can come in time, and otherwise is refused at once. ADR 15 has the reasons and
 * the arithmetic. Thread-safe.
 */
final class ClientBudget {

    private static final String NONE_LEFT = "as many tokens have been requested as Lean allows in a minute";
    private static final String NO_OPTIONAL_LEFT = "calls of this kind may be half of what Lean allows in a minute, "
            + "and as many have been made";
    private static final String NO_SHARE_LEFT = "this client has had its share of the tokens that can be requested in a minute, and no more are left";
    private static final String NO_TRY_LEFT = "as many tokens have been requested as is allowed in a minute with credentials "
            + "that Lean has not accepted before";

    /** All callers with accepted credentials of a client: they are that client. */
    private static final String CALLERS = "callers";

    /**
     * The largest number of lines that one call stands in: those of the requesters with the best places. Any number can wait
     * for one call, and each look at the lines takes time.
     */
    static final int MOST_LINES = 16;

    /** When to retry if calls are left, but others wait for them. */
    private static final Duration OTHERS_FIRST = Duration.ofSeconds(1);

    private final Limits limits;
    private final Clock clock;
    private final WaitTimer timer;

    /** Calls that are over and still count, in that order. Guarded by this, as everything below. */
    private final Deque<Ended> ended = new ArrayDeque<>(2);
    /** By sharer; none is empty. */
    private final Map<String, Tally> tallies = new HashMap<>(2);
    /** Of all calls that count, under way or ended. */
    private final Tally all = new Tally();
    private int optional;
    private int tries;
    /** Credentials that are being tried, and by which call. */
    private final Map<String, CallPermit> onTrial = new HashMap<>(2);
    private Loan lastLoan = new Loan(Instant.MIN, Instant.MIN);
    /** The one whose turn it is first; none is empty. */
    private final LinkedHashMap<String, Line> lines = new LinkedHashMap<>(2);
    /** When the lines are looked at next; null if nothing waits for a time. */
    private Instant nextLook;
    private Runnable stopTimer = () -> {
    };
    private boolean retired;

    /**
     * @param calls in a minute
     * @param optional of them, those that can be left undone
     * @param tries of them, those with credentials that Lean has not accepted before
     * @param longestCall how long a call can take
     */
    record Limits(int calls, int optional, int tries, Duration longestCall) {

        static Limits of(int calls, Duration longestCall) {
            return new Limits(calls, Math.max(1, calls / 2), Math.max(1, calls / 10), longestCall);
        }
    }

    /** How the next call of a requester is allowed; the best is the first. */
    enum Grade {
        WITHIN_SHARE,
        BORROWED,
        NOT_NOW
    }

    /**
     * What a requester is entitled to.
     *
     * @param sharer what its calls are counted under
     * @param share the calls that it can have at once; 0 for tries, which have a rule of their own
     * @param accepted whether Lean has accepted the credentials before
     * @param credentials tells them from others
     */
    record Standing(String sharer, int share, boolean accepted, String credentials) {

        @Override
        public String toString() {
            return "Standing[" + share + ", " + accepted + "]";
        }
    }

    /**
     * A call that was borrowed, or the first one after a rest.
     *
     * @param at when it was made
     * @param next when the next one can be borrowed, by what could be borrowed at that time
     */
    record Loan(Instant at, Instant next) {
    }

    /** The calls that wait for one requester with one client's credentials. */
    static final class Line {

        private final String key;
        private final CallerAccount requester;
        private final Set<CallWait> waiting = new LinkedHashSet<>(2);
        private boolean accepted;

        private Line(String key, CallerAccount requester) {
            this.key = key;
            this.requester = requester;
        }

        private CallWait first() {
            return waiting.iterator().next();
        }
    }

    private static final class Ended {

        private final CallPermit call;
        /** When it no longer counts. */
        private final Instant until;

        private Ended(CallPermit call, Instant at) {
            this.call = call;
            this.until = at.plus(Budget.WINDOW);
        }
    }

    private static final class Tally {

        private int calls;
        private int borrowed;

        private int withinShare() {
            return calls - borrowed;
        }

        private void add(CallPermit permit, int number) {
            calls += number;
            borrowed += permit.isBorrowed() ? number : 0;
        }
    }

    ClientBudget(Limits limits, Clock clock, WaitTimer timer) {
        this.limits = limits;
        this.clock = clock;
        this.timer = timer;
    }

    /**
     * The call is permitted or waits from now on.
     *
     * @param present who it is for
     * @return false if this budget is no longer used
     * @throws TokenException if its turn cannot come in time, with the time after which it can
     */
    boolean arrive(CallWait wait, CallerAccounts.Snapshot present) {
        List<Runnable> then;
        Optional<TokenException> refusal;
        synchronized (this) {
            if (retired) {
                return false;
            }
            Instant now = clock.instant();
            then = serve(now);
            wait.isAt(this);
            refusal = admit(wait, present, now, then);
        }
        then.forEach(Runnable::run);
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        return true;
    }

    private Optional<TokenException> admit(CallWait wait, CallerAccounts.Snapshot present, Instant now, List<Runnable> then) {
        WantedCall call = wait.call();
        boolean isOptional = call.isOptional();
        if (isOptional && optional >= limits.optional()) {
            return Optional.of(refusal(NO_OPTIONAL_LEFT, now, comesBack(0, CallPermit::isOptional, now)));
        }
        List<CallerAccount> requesters = best(call, present.all());
        Standing best = null;
        Grade grade = Grade.NOT_NOW;
        // Waiting calls could not be served now, so none is overtaken; an optional call takes nothing from them.
        for (CallerAccount requester : isOptional && !lines.isEmpty() ? List.<CallerAccount> of() : requesters) {
            Standing standing = standing(call, call.accepted(), requester);
            Grade its = grade(standing, now);
            if (its.compareTo(grade) < 0) {
                best = standing;
                grade = its;
            }
        }
        if (best != null) {
            CallPermit permit = permit(best, grade, isOptional, now);
            then.add(() -> wait.granted(permit));
            return Optional.empty();
        }
        Instant turn = turn(call, requesters, now);
        if (isOptional || turn.isAfter(now.plus(wait.patience()))) {
            return Optional.of(refusal(call, turn, now));
        }
        requesters.forEach(requester -> queue(wait, requester));
        lookAgain(now);
        then.add(() -> wait.begins(present));
        return Optional.empty();
    }

    /** One more caller waits for the call. */
    void join(CallWait wait, CallerAccount requester) {
        List<Runnable> then;
        synchronized (this) {
            if (wait.isOver() || !queueIfBetter(wait, requester)) {
                return;
            }
            then = serve(clock.instant());
        }
        then.forEach(Runnable::run);
    }

    /** The call does not wait any longer. */
    void giveUp(CallWait wait, WaitingRoom.Reason reason) {
        TokenException refusal;
        synchronized (this) {
            if (wait.isOver()) {
                return;
            }
            List<CallerAccount> requesters = wait.lines().stream().map(line -> line.requester).toList();
            remove(wait);
            Instant now = clock.instant();
            refusal = reason == WaitingRoom.Reason.FULL ? FairBulkhead.busy()
                    : refusal(wait.call(), turn(wait.call(), requesters, now), now);
            lookAgain(now);
        }
        wait.refused(refusal);
    }

    /** @return another permit to resend the same request; empty if no call is left for it now */
    synchronized Optional<CallPermit> another(CallPermit first) {
        Instant now = clock.instant();
        forget(now);
        Standing standing = first.standing();
        boolean left = all.calls < limits.calls() && (!first.isTry() || tries < limits.tries())
                && (!first.isOptional() || optional < limits.optional());
        return left ? Optional.of(permit(standing, first.isBorrowed() ? Grade.BORROWED : Grade.WITHIN_SHARE,
                first.isOptional(), now)) : Optional.empty();
    }

    /** @param made whether the call was made */
    void end(CallPermit permit, boolean made) {
        List<Runnable> then;
        synchronized (this) {
            Instant now = clock.instant();
            if (permit.isTry()) {
                // Not if it was sent once more: by then the next call can be trying them.
                onTrial.remove(permit.standing().credentials(), permit);
            }
            if (made) {
                ended.addLast(new Ended(permit, now));
            } else {
                release(permit);
                // As if it had not been borrowed, unless another was since.
                if (permit.isBorrowed() && lastLoan == permit.loan()) {
                    lastLoan = permit.loanBefore();
                }
            }
            then = serve(now);
        }
        then.forEach(Runnable::run);
    }

    /** Lean has accepted the credentials: calls that wait with them are no tries any more. */
    synchronized void accept(String credentials) {
        for (Line line : lines.values()) {
            line.accepted |= line.first().call().credentials().equals(credentials);
        }
    }

    /** Lean has refused credentials that were tried: the calls that wait with them have the same answer. */
    void refuse(String credentials, TokenException refusal) {
        List<CallWait> refused = new ArrayList<>();
        synchronized (this) {
            for (Line line : List.copyOf(lines.values())) {
                if (!line.accepted && line.first().call().credentials().equals(credentials)) {
                    refused.addAll(line.waiting);
                }
            }
            refused = refused.stream().distinct().toList();
            refused.forEach(this::remove);
        }
        refused.forEach(wait -> wait.refused(refusal));
    }

    synchronized int left() {
        forget(clock.instant());
        return limits.calls() - all.calls;
    }

    /** @return whether it is not used, and will not be: nothing of it is worth keeping */
    synchronized boolean retireIfIdle(Instant now) {
        forget(now);
        retired = all.calls == 0 && lines.isEmpty();
        return retired;
    }

    private Standing standing(WantedCall call, boolean accepted, CallerAccount requester) {
        String credentials = call.credentials();
        if (!accepted) {
            return new Standing(requester.account(), 0, false, credentials);
        }
        if (call.isServices()) {
            return new Standing(requester.sharer(), share(requester), true, credentials);
        }
        // A caller that has the service's own secret gets what its sharers leave.
        return new Standing(CALLERS, call.services() ? 0 : limits.calls(), true, credentials);
    }

    /** What others try with the client's id is not to be taken from the shares; one alone shares with nobody. */
    private int share(CallerAccount requester) {
        int shared = requester.sharers() > 1 && requester.triesAllowed() ? limits.calls() - limits.tries() : limits.calls();
        return Math.max(1, shared / requester.sharers());
    }

    private Grade grade(Standing standing, Instant now) {
        if (all.calls >= limits.calls()) {
            return Grade.NOT_NOW;
        }
        if (!standing.accepted()) {
            return !onTrial.containsKey(standing.credentials()) && mayTry(tally(standing).calls, tries) ? Grade.WITHIN_SHARE
                    : Grade.NOT_NOW;
        }
        if (tally(standing).withinShare() < standing.share()) {
            return Grade.WITHIN_SHARE;
        }
        return now.isBefore(borrowable()) ? Grade.NOT_NOW : Grade.BORROWED;
    }

    /** A requester can have as many tries as are left: the first one a half, the next one a half of the rest. */
    private boolean mayTry(int its, int tried) {
        return its < limits.tries() - tried;
    }

    private Tally tally(Standing standing) {
        return tallies.getOrDefault(standing.sharer(), new Tally());
    }

    private CallPermit permit(Standing standing, Grade grade, boolean isOptional, Instant now) {
        Loan before = lastLoan;
        // Those that come together after a rest have their shares before one of them borrows.
        if (grade == Grade.BORROWED || all.calls == 0) {
            lastLoan = new Loan(now, now.plus(interval()));
        }
        CallPermit permit = new CallPermit(this, standing, grade, isOptional, before, lastLoan);
        all.add(permit, 1);
        tallies.computeIfAbsent(standing.sharer(), sharer -> new Tally()).add(permit, 1);
        optional += isOptional ? 1 : 0;
        if (permit.isTry()) {
            tries++;
            onTrial.putIfAbsent(standing.credentials(), permit);
        }
        return permit;
    }

    private void release(CallPermit permit) {
        all.add(permit, -1);
        tallies.computeIfPresent(permit.standing().sharer(), (sharer, tally) -> {
            tally.add(permit, -1);
            return tally.calls == 0 ? null : tally;
        });
        optional -= permit.isOptional() ? 1 : 0;
        tries -= permit.isTry() ? 1 : 0;
    }

    /** @return when the next call can be borrowed: sooner than thought at the last one if shares have come back since */
    private Instant borrowable() {
        Instant byNow = lastLoan.at().plus(interval());
        return byNow.isBefore(lastLoan.next()) ? byNow : lastLoan.next();
    }

    /** Spreads what is not within shares over the window, so that it comes back evenly. */
    private Duration interval() {
        return Budget.WINDOW.dividedBy(Math.max(1, limits.calls() - all.withinShare()));
    }

    private void forget(Instant now) {
        while (!ended.isEmpty() && !ended.peekFirst().until.isAfter(now)) {
            release(ended.removeFirst().call);
        }
    }

    /** @return what is to be done without the lock: calls whose turn has come begin */
    private List<Runnable> serve(Instant now) {
        forget(now);
        List<Runnable> then = new ArrayList<>(1);
        for (Line line = next(now); line != null; line = next(now)) {
            CallWait first = line.first();
            Standing standing = standing(first.call(), line.accepted, line.requester);
            lines.remove(line.key);
            lines.put(line.key, line);
            remove(first);
            CallPermit permit = permit(standing, grade(standing, now), first.call().isOptional(), now);
            then.add(() -> first.granted(permit));
        }
        lookAgain(now);
        return then;
    }

    /**
     * @return the line whose turn it is: within its share before borrowing, then the sharer with the fewest calls, then the
     *         one that has waited longest; null if no line has its turn now
     */
    private Line next(Instant now) {
        Line next = null;
        Grade best = Grade.NOT_NOW;
        int fewest = Integer.MAX_VALUE;
        for (Line line : lines.values()) {
            Standing standing = standing(line.first().call(), line.accepted, line.requester);
            Grade grade = grade(standing, now);
            int its = tally(standing).calls;
            if (grade.compareTo(best) < 0 || grade == best && grade != Grade.NOT_NOW && its < fewest) {
                next = line;
                best = grade;
                fewest = its;
            }
        }
        return next;
    }

    private void queue(CallWait wait, CallerAccount requester) {
        Line line = lines.computeIfAbsent(key(requester, wait.call()), key -> new Line(key, requester));
        line.accepted |= isAccepted(wait);
        line.waiting.add(wait);
        wait.lines().add(line);
    }

    /** @return whether the call stands in one more line, or in a better one than before */
    private boolean queueIfBetter(CallWait wait, CallerAccount requester) {
        Line its = lines.get(key(requester, wait.call()));
        if (its != null && its.waiting.contains(wait)) {
            return false;
        }
        if (wait.lines().size() >= MOST_LINES) {
            Line worst = wait.lines().stream()
                    .max(Comparator.comparingInt(line -> place(standing(wait.call(), line.accepted, line.requester))))
                    .orElseThrow();
            if (place(standing(wait.call(), isAccepted(wait), requester)) >= place(
                    standing(wait.call(), worst.accepted, worst.requester))) {
                return false;
            }
            wait.lines().remove(worst);
            leave(worst, wait);
        }
        queue(wait, requester);
        return true;
    }

    private static boolean isAccepted(CallWait wait) {
        return wait.call().accepted() || wait.lines().stream().anyMatch(line -> line.accepted);
    }

    /** @return the requesters with the best places; one whose call is permitted now is among them */
    private List<CallerAccount> best(WantedCall call, List<CallerAccount> requesters) {
        if (requesters.size() <= MOST_LINES) {
            return requesters;
        }
        Map<CallerAccount, Integer> places = new IdentityHashMap<>(requesters.size());
        requesters.forEach(requester -> places.put(requester, place(standing(call, call.accepted(), requester))));
        return requesters.stream().sorted(Comparator.comparing(places::get)).limit(MOST_LINES).toList();
    }

    /** @return smaller for a better place: first those that have calls of their share left, then those with fewer calls */
    private int place(Standing standing) {
        Tally its = tally(standing);
        boolean within = !standing.accepted() || its.withinShare() < standing.share();
        return within ? its.calls : limits.calls() + its.calls;
    }

    private static String key(CallerAccount requester, WantedCall call) {
        return requester.account() + '\n' + call.credentials();
    }

    private void remove(CallWait wait) {
        wait.ends();
        wait.lines().forEach(line -> leave(line, wait));
    }

    private void leave(Line line, CallWait wait) {
        line.waiting.remove(wait);
        if (line.waiting.isEmpty()) {
            lines.remove(line.key);
        }
    }

    /** Sees to it that lines are looked at when a call is left, or can be borrowed. */
    private void lookAgain(Instant now) {
        Instant next = null;
        if (!lines.isEmpty()) {
            next = ended.isEmpty() ? null : ended.peekFirst().until;
            Instant borrowable = borrowable();
            if (all.calls < limits.calls() && borrowable.isAfter(now) && (next == null || borrowable.isBefore(next))) {
                next = borrowable;
            }
        }
        if (Objects.equals(next, nextLook)) {
            return;
        }
        stopTimer.run();
        nextLook = next;
        if (next == null) {
            stopTimer = () -> {
            };
        } else {
            stopTimer = timer.start(Math.max(1, Duration.between(now, next).plusNanos(999_999).toMillis()), this::look);
        }
    }

    private void look() {
        List<Runnable> then;
        synchronized (this) {
            nextLook = null;
            then = serve(clock.instant());
        }
        then.forEach(Runnable::run);
    }

    /** @return when the call can be made if no other call arrives, for the requester that has the best place */
    private Instant turn(WantedCall call, List<CallerAccount> requesters, Instant now) {
        Instant turn = Instant.MAX;
        for (CallerAccount requester : requesters) {
            Standing standing = standing(call, mayBeAccepted(call.accepted(), call), requester);
            Instant its = standing.accepted() ? turn(standing, requester, call, now) : turnOfTry(standing, now);
            turn = its.isBefore(turn) ? its : turn;
        }
        return turn;
    }

    private Instant turn(Standing mine, CallerAccount requester, WantedCall call, Instant now) {
        Line line = lines.get(key(requester, call));
        int inLine = line == null ? 0 : line.waiting.size();
        Map<String, Integer> waiting = new HashMap<>();
        Map<String, Standing> standings = new HashMap<>();
        for (Line each : lines.values()) {
            Standing its = standing(each.first().call(), mayBeAccepted(each.accepted, each.first().call()), each.requester);
            // Lines of one sharer take turns.
            int number = each == line || !its.sharer().equals(mine.sharer()) ? each.waiting.size()
                    : Math.min(each.waiting.size(), inLine + 1);
            waiting.merge(its.sharer(), number, Integer::sum);
            standings.put(its.sharer(), its);
        }
        Integer found = waiting.remove(mine.sharer());
        int own = found == null ? 0 : found;
        int ownWithin = withinShare(mine, own);
        boolean within = withinShare(mine, own + 1) > ownWithin;
        int ahead = own;
        int borrowing = own - ownWithin;
        for (Map.Entry<String, Integer> other : waiting.entrySet()) {
            Standing its = standings.get(other.getKey());
            int itsWithin = withinShare(its, other.getValue());
            // Of equals, the one with fewer calls goes first.
            int first = Math.max(0, tally(mine).calls + own + 1 - tally(its).calls);
            if (within) {
                ahead += Math.min(itsWithin, first);
            } else {
                int itsBorrowing = Math.min(other.getValue() - itsWithin, Math.max(0, first - itsWithin));
                ahead += itsWithin + itsBorrowing;
                borrowing += itsBorrowing;
            }
        }
        int left = limits.calls() - all.calls;
        Instant turn = ahead < left ? now : comesBack(ahead - left, permit -> true, now);
        if (within) {
            return turn;
        }
        Instant borrows = later(now, borrowable()).plus(interval().multipliedBy(borrowing));
        Instant shareComesBack = comesBack(own - ownWithin,
                permit -> !permit.isBorrowed() && permit.standing().sharer().equals(mine.sharer()), now);
        return later(turn, borrows.isBefore(shareComesBack) ? borrows : shareComesBack);
    }

    /** What is on trial is no try once that is over, if it is made at all. */
    private boolean mayBeAccepted(boolean accepted, WantedCall call) {
        return accepted || onTrial.containsKey(call.credentials());
    }

    /** @return how many of further calls would be within the share */
    private int withinShare(Standing standing, int further) {
        return standing.accepted() ? Math.min(further, Math.max(0, standing.share() - tally(standing).withinShare())) : further;
    }

    private Instant turnOfTry(Standing mine, Instant now) {
        int its = tally(mine).calls;
        int tried = tries;
        for (Line line : lines.values()) {
            WantedCall waiting = line.first().call();
            if (!mayBeAccepted(line.accepted, waiting)) {
                Standing other = standing(waiting, false, line.requester);
                its += other.sharer().equals(mine.sharer()) ? line.waiting.size() : 0;
                tried += line.waiting.size();
            }
        }
        if (mayTry(its, tried)) {
            return all.calls < limits.calls() ? now : comesBack(0, permit -> true, now);
        }
        for (Ended call : ended) {
            if (call.call.isTry()) {
                its -= call.call.standing().sharer().equals(mine.sharer()) ? 1 : 0;
                tried--;
                if (mayTry(its, tried)) {
                    return call.until;
                }
            }
        }
        return afterThoseUnderWay(now);
    }

    /** @return when the call after so many of this kind comes back */
    private Instant comesBack(int number, Predicate<CallPermit> kind, Instant now) {
        int before = number;
        for (Ended call : ended) {
            if (kind.test(call.call) && before-- == 0) {
                return call.until;
            }
        }
        return afterThoseUnderWay(now);
    }

    /** The next to end can be the one that has just started. */
    private Instant afterThoseUnderWay(Instant now) {
        return now.plus(limits.longestCall()).plus(Budget.WINDOW);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private TokenException refusal(WantedCall call, Instant turn, Instant now) {
        String reason = all.calls >= limits.calls() ? NONE_LEFT : call.accepted() ? NO_SHARE_LEFT : NO_TRY_LEFT;
        return refusal(reason, now, turn);
    }

    private static TokenException refusal(String reason, Instant now, Instant turn) {
        return TokenError.BUDGET_SPENT.because(reason)
                .retryAfter(turn.isAfter(now) ? Duration.between(now, turn) : OTHERS_FIRST);
    }
}
