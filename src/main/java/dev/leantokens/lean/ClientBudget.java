package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.lean.CallWindow.EndedCalls;
import dev.leantokens.lean.CallWindow.Grade;
import dev.leantokens.lean.CallWindow.Kind;
import dev.leantokens.lean.CallWindow.Limits;
import dev.leantokens.lean.CallWindow.Standing;
import dev.leantokens.lean.SharedBudget.Answer;
import dev.leantokens.lean.SharedBudget.Denied;
import dev.leantokens.lean.SharedBudget.Reason;
import dev.leantokens.lean.SharedBudget.Taken;
import dev.leantokens.lean.TurnForecast.Queue;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

/**
 * Limits the calls for one client of Lean and shares them among its callers. No minute has more calls than the limit, wherever
 * it starts.
 * <p>
 * Each sharer can make the calls of its share at once. It borrows the calls that others leave, one at a time, so that borrowed
 * calls also come back one at a time: a sharer within its share waits for seconds, not for a minute. Optional calls get half.
 * Calls with credentials that Lean has not accepted before are tries, which get a tenth. A call that cannot be made now waits
 * in line if its turn can come in time, and is refused at once otherwise. ADR 15 has the reasons and the arithmetic.
 * <p>
 * If replicas share a budget, a call that is permitted here is then asked for there, and keeps its place in line until the
 * answer. While none comes, this replica keeps to its part of the calls.
 * Thread-safe.
 */
final class ClientBudget {

    private static final String NONE_LEFT = "all token requests that Lean allows per minute have been made";
    private static final String NONE_LEFT_OF_PART = "this replica has made its part of the token requests that Lean allows per minute";
    private static final String NO_OPTIONAL_LEFT = "fresh tokens are limited to half of the token requests that Lean allows per "
            + "minute, and these have been made";
    private static final String NO_SHARE_LEFT = "this client has used its share of the token requests per minute, and no others are left";
    private static final String NO_TRY_LEFT = "all token requests allowed per minute with credentials that Lean has not accepted "
            + "before have been made";

    /** The sharer of all callers with accepted credentials of the client: they are that client. */
    private static final String CALLERS = "callers";

    /**
     * The largest number of lines in which one call waits: those of the callers with the best places. Any number of callers can
     * wait for one call, and each pass over the lines takes time.
     */
    static final int MAX_LINES = 16;

    /** The part of a window by which clocks may differ after it, and a question be late: 2 s of a minute. */
    private static final int CLOCK_DRIFTS = 30;

    /** When to retry if calls are left, but others wait for them. */
    private static final Duration OTHERS_FIRST = Duration.ofSeconds(1);

    private final String clientId;
    private final Limits whole;
    private final boolean ofService;
    private final Clock clock;
    private final WaitingRoom.Timer timer;
    private final Map<CredentialsOwner, WaitingRoom> rooms;
    private final SharedBudget shared;

    /** Guarded by this, like all fields below. */
    private final CallWindow window;
    private final TurnForecast forecast;
    private final SharedView view;
    /** Without empty ones. */
    private final LinkedHashMap<String, Line> lines = new LinkedHashMap<>(2);
    private long lastTurn;
    /** When the lines are served next; null if nothing waits for a time. */
    private Instant nextServing;
    private Runnable stopTimer = () -> {
    };
    private boolean retired;

    /** The calls that wait for one caller with the same credentials. */
    private static final class Line {

        private final String key;
        private final CallerAccount caller;
        private final Set<WaitingCall> waiting = new LinkedHashSet<>(2);
        /** The number of waiting calls that are not being asked for. */
        private int idle;
        /** Smaller for the line that has waited longer since its last turn. */
        private long turn;
        /** Whether Lean has accepted the credentials, before or since the calls wait. */
        private boolean accepted;

        private Line(String key, CallerAccount caller, long turn) {
            this.key = key;
            this.caller = caller;
            this.turn = turn;
        }

        /** @return the first call that is not being asked for; calls before it are few */
        private WaitingCall first() {
            return waiting.stream().filter(call -> !call.asking).findFirst().orElseThrow();
        }

        private UpstreamTokenRequest request() {
            return waiting.iterator().next().request;
        }

        private boolean hasCredentials(String credentials) {
            return request().fingerprint().equals(credentials);
        }
    }

    /** A call that waits in the lines of its callers. */
    private final class WaitingCall {

        private final UpstreamTokenRequest request;
        private final UniEmitter<? super CallPermit> outcome;
        private final WaitingRoom.Seat seat;
        private final List<Line> lines = new ArrayList<>(1);
        /** When it has waited as long as it can. */
        private final Instant latest;
        private boolean asking;
        /** Whether the answer to its question ends its wait. */
        private boolean late;
        private boolean over;

        private WaitingCall(UpstreamTokenRequest request, UniEmitter<? super CallPermit> outcome, Instant latest) {
            this.request = request;
            this.latest = latest;
            this.outcome = outcome;
            this.seat = rooms.get(request.owner()).seat(reason -> giveUp(this, reason));
        }

        /** Must be called without the lock, like the method below. */
        private void grant(CallPermit permit) {
            seat.leave();
            outcome.complete(permit);
        }

        private void refuse(TokenException refusal) {
            seat.leave();
            outcome.fail(refusal);
        }
    }

    /** A question to the shared budget. */
    private static final class Question {

        private final WaitingCall call;
        private final Line line;
        /** The line's turn if the call is denied. */
        private final long turnBefore;
        private final CallPermit permit;
        private final SharedBudget.Own own;

        private Question(WaitingCall call, Line line, CallPermit permit, SharedBudget.Own own) {
            this.call = call;
            this.line = line;
            this.turnBefore = line.turn;
            this.permit = permit;
            this.own = own;
        }
    }

    /**
     * @param clientId the client of Lean
     * @param whole the limits if this replica is the only one
     * @param ofService whether this is the service's own client
     * @param rooms where calls wait
     * @param shared the budget that replicas share
     */
    ClientBudget(String clientId, Limits whole, boolean ofService, Clock clock, WaitingRoom.Timer timer,
            Map<CredentialsOwner, WaitingRoom> rooms, SharedBudget shared) {
        this.clientId = clientId;
        this.whole = whole;
        this.ofService = ofService;
        this.clock = clock;
        this.timer = timer;
        this.rooms = rooms;
        this.shared = shared;
        this.window = new CallWindow(whole);
        this.forecast = new TurnForecast(window);
        this.view = new SharedView(shared, whole, () -> ThreadLocalRandom.current().nextDouble());
    }

    /**
     * Permits a call or lets it wait.
     *
     * @param patience how long it can wait
     * @param present the callers that it is made for
     * @return false if this budget is no longer used
     * @throws TokenException if its turn cannot come in time, with the time to wait
     */
    boolean arrive(UpstreamTokenRequest request, Duration patience, UniEmitter<? super CallPermit> outcome,
            CallerAccounts.Snapshot present) {
        List<Runnable> actions;
        Optional<TokenException> refusal;
        synchronized (this) {
            if (retired) {
                return false;
            }
            Instant now = clock.instant();
            actions = serve(now);
            refusal = admit(request, patience, outcome, present.all(), now, actions);
        }
        actions.forEach(Runnable::run);
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        return true;
    }

    /** @param actions receives what to do without the lock */
    private Optional<TokenException> admit(UpstreamTokenRequest request, Duration patience,
            UniEmitter<? super CallPermit> outcome, List<CallerAccount> present, Instant now, List<Runnable> actions) {
        boolean isOptional = isOptional(request);
        if (isOptional && !window.isOptionalLeft()) {
            return Optional.of(refusal(NO_OPTIONAL_LEFT, window.nextReturn(0, Kind::optional, now), now));
        }
        if (isOptional && isAsked() && view.optionalTurn().isAfter(now)) {
            return Optional.of(refusal(NO_OPTIONAL_LEFT, view.optionalTurn(), now));
        }
        List<CallerAccount> callers = best(request, present);
        Standing best = null;
        CallerAccount bestCaller = null;
        Grade grade = Grade.NOT_NOW;
        // Calls that wait cannot be made now, so none is overtaken. An optional call takes nothing from them.
        for (CallerAccount caller : isOptional && isAnyIdle() ? List.<CallerAccount> of() : callers) {
            Standing standing = standing(request, request.accepted(), caller);
            Grade callersGrade = grade(standing, now);
            if (callersGrade.compareTo(grade) < 0) {
                best = standing;
                bestCaller = caller;
                grade = callersGrade;
            }
        }
        if (best != null && !isAsked()) {
            CallPermit permit = permitUnasked(request, bestCaller, best, grade, now, actions);
            actions.add(() -> outcome.complete(permit));
            return Optional.empty();
        }
        if (best == null) {
            Instant turn = turn(request, callers, now);
            if (isOptional || turn.isAfter(now.plus(patience))) {
                return Optional.of(refusal(request, turn, now));
            }
        }
        WaitingCall call = new WaitingCall(request, outcome, now.plus(patience));
        callers.forEach(caller -> queue(call, caller));
        if (best != null) {
            Question question = question(call, lines.get(key(bestCaller, request)), best, grade, now);
            actions.add(() -> ask(question));
        }
        scheduleServing(now);
        actions.add(() -> {
            rooms.get(request.owner()).take(call.seat, present.get(0).account(), patience);
            request.accounts().watch(caller -> join(call, caller));
        });
        return Optional.empty();
    }

    /** Lets the call wait for one more caller. */
    private void join(WaitingCall call, CallerAccount caller) {
        runLocked(() -> call.over || !queueIfBetter(call, caller) ? List.of() : serve(clock.instant()));
        rooms.get(call.request.owner()).share(call.seat, caller.account());
    }

    /** Ends the wait of the call with a failure; if it is being asked for, with the answer, which comes soon. */
    private void giveUp(WaitingCall call, WaitingRoom.Reason reason) {
        TokenException refusal;
        synchronized (this) {
            if (call.over) {
                return;
            }
            if (reason == WaitingRoom.Reason.LATE && call.asking) {
                call.late = true;
                return;
            }
            List<CallerAccount> callers = call.lines.stream().map(line -> line.caller).toList();
            remove(call);
            Instant now = clock.instant();
            refusal = reason == WaitingRoom.Reason.FULL ? FairBulkhead.busy()
                    : refusal(call.request, turn(call.request, callers, now), now);
            scheduleServing(now);
        }
        call.refuse(refusal);
    }

    /** @return another permit, to send the same request once more; empty if no call is left for that */
    synchronized Optional<CallPermit> another(CallPermit first) {
        Instant now = clock.instant();
        advance(now);
        if (!window.mayRepeat(first)) {
            return Optional.empty();
        }
        CallPermit another = window.permit(this, first.standing,
                first.kind.borrowed() ? Grade.BORROWED : Grade.WITHIN_SHARE, first.kind.optional(), now);
        another.shared = first.shared == null ? null : first.shared.another(newId());
        return Optional.of(another);
    }

    /** @return whether the call can be made; otherwise, its permit has ended */
    Uni<Boolean> confirm(CallPermit permit) {
        SharedBudget.Own own;
        synchronized (this) {
            own = !isAsked() ? null : own(1, Duration.ZERO, clock.instant());
        }
        if (own == null) {
            begin(permit);
            return Uni.createFrom().item(true);
        }
        return shared.take(permit.shared, own, Duration.ZERO).onItemOrFailure().transform((answer, failure) -> {
            boolean made = answer instanceof Taken;
            if (!made) {
                // Also if no answer came: the first attempt has taken its time.
                end(permit, false);
            }
            return made;
        });
    }

    /** @param made whether the call was made */
    void end(CallPermit permit, boolean made) {
        runLocked(() -> {
            Instant now = clock.instant();
            window.end(permit, made, now);
            return serve(now);
        });
        if (permit.shared != null) {
            shared.end(permit.shared, made);
        }
    }

    /** Lean has accepted the credentials: waiting calls with them are no longer tries. */
    synchronized void accept(String credentials) {
        lines.values().forEach(line -> line.accepted |= line.hasCredentials(credentials));
    }

    /** Lean has refused credentials that were tried: waiting calls with them fail alike. */
    void refuse(String credentials, TokenException refusal) {
        Set<WaitingCall> refused = new LinkedHashSet<>();
        synchronized (this) {
            lines.values().stream().filter(line -> !line.accepted && line.hasCredentials(credentials))
                    .forEach(line -> refused.addAll(line.waiting));
            refused.forEach(this::remove);
        }
        refused.forEach(call -> call.refuse(refusal));
    }

    /** @return the number of calls that can be made now */
    synchronized int left() {
        Instant now = clock.instant();
        advance(now);
        return view.left(window.left(), now);
    }

    /** Ends the use of this budget if no call counts or waits. */
    synchronized boolean retireIfIdle(Instant now) {
        window.advance(now);
        retired = window.isEmpty() && lines.isEmpty();
        return retired;
    }

    /** @param step returns actions to run without the lock, such as callbacks of callers */
    private void runLocked(Supplier<List<Runnable>> step) {
        List<Runnable> actions;
        synchronized (this) {
            actions = step.get();
        }
        actions.forEach(Runnable::run);
    }

    private static boolean isOptional(UpstreamTokenRequest request) {
        return request.purpose() == Purpose.REPLACEMENT;
    }

    /** Drops the calls that no longer count, and keeps to the limits of now. */
    private void advance(Instant now) {
        window.advance(now);
        if (shared.isShared()) {
            view.observe(window.calls() - view.asking(), now);
            window.limit(view.limits(now));
        }
    }

    /** @return whether the shared budget is asked for each call */
    private boolean isAsked() {
        return shared.isShared() && !view.isApart();
    }

    /** @return whether and how a call can be made now, or asked for */
    private Grade grade(Standing standing, Instant now) {
        return isAsked() && !view.mayAsk(standing.sharer(), now) ? Grade.NOT_NOW : window.grade(standing, now);
    }

    private boolean isAnyIdle() {
        return lines.values().stream().anyMatch(line -> line.idle > 0);
    }

    private CallPermit permit(UpstreamTokenRequest request, CallerAccount caller, Standing standing, Grade grade, Instant now) {
        CallPermit permit = window.permit(this, standing, grade, isOptional(request), now);
        if (shared.isShared()) {
            permit.shared = new SharedBudget.Call(clientId, ThrottledCredentials.credentials(request), standing.sharer(),
                    standing(request, standing.accepted(), caller, whole).share(), permit.kind.isTry(), permit.kind.optional(),
                    new SharedBudget.Limits(whole.calls(), whole.optional(), whole.tries(), whole.window(),
                            whole.longestCall()),
                    newId(), request.waited(), request.trace());
        }
        return permit;
    }

    /** Permits a call without asking for it. */
    private CallPermit permitUnasked(UpstreamTokenRequest request, CallerAccount caller, Standing standing, Grade grade,
            Instant now, List<Runnable> actions) {
        CallPermit permit = permit(request, caller, standing, grade, now);
        actions.add(() -> begin(permit));
        return permit;
    }

    private void begin(CallPermit permit) {
        if (permit.shared != null) {
            shared.begin(permit.shared);
        }
    }

    private static String newId() {
        return Long.toHexString(ThreadLocalRandom.current().nextLong());
    }

    /**
     * Leaves out calls that soon no longer count, since clocks differ a little, and those that are being asked for. While this
     * replica keeps to its part, some of its calls may be unknown to the others, so it reports none.
     *
     * @param another the number of those that the view does not know of
     * @param patience how long the call can wait
     */
    private SharedBudget.Own own(int another, Duration patience, Instant now) {
        boolean careful = view.isCareful(now);
        int calls = careful ? 0
                : window.callsUntil(now.plus(whole.window().dividedBy(CLOCK_DRIFTS))) - view.asking() - another;
        return new SharedBudget.Own(calls, careful, patience);
    }

    /** Starts to ask for a call, which keeps its place in line until the answer. */
    private Question question(WaitingCall call, Line line, Standing standing, Grade grade, Instant now) {
        SharedBudget.Own own = own(0, isOptional(call.request) ? Duration.ZERO : Duration.between(now, call.latest), now);
        CallPermit permit = permit(call.request, line.caller, standing, grade, now);
        Question question = new Question(call, line, permit, own);
        view.ask(standing.sharer());
        line.turn = ++lastTurn;
        call.asking = true;
        call.lines.forEach(each -> each.idle--);
        return question;
    }

    /** Must be called without the lock. */
    private void ask(Question question) {
        shared.take(question.permit.shared, question.own, view.reserve()).subscribe().with(
                answer -> runLocked(() -> settle(question, answer)), failure -> runLocked(() -> settle(question, null)));
    }

    /**
     * @param answer null if none came
     * @return actions to run without the lock
     */
    private List<Runnable> settle(Question question, Answer answer) {
        Instant now = clock.instant();
        WaitingCall call = question.call;
        CallPermit permit = question.permit;
        List<Runnable> actions = new ArrayList<>(1);
        if (answer == null) {
            view.fail(permit.standing.sharer(), now);
        } else {
            view.answer(permit.standing.sharer(), answer, window.calls() - view.asking(), now);
        }
        if (!call.over) {
            call.asking = false;
            call.lines.forEach(each -> each.idle++);
        }
        if (answer instanceof Taken && !call.over) {
            remove(call);
            actions.add(() -> call.grant(permit));
        } else {
            question.line.turn = question.turnBefore;
            window.end(permit, false, now);
            if (!(answer instanceof Denied)) {
                actions.add(() -> shared.end(permit.shared, false));
            }
            if (answer != null) {
                refuse(call, answer, now).ifPresent(actions::add);
                refuseLate(now, actions);
            }
        }
        actions.addAll(serve(now));
        if (!call.over && !call.asking && (call.late || closeOptional(call))) {
            remove(call);
            TokenException refusal = refusal(call.request, now, now);
            actions.add(() -> call.refuse(refusal));
        }
        return actions;
    }

    /** @return whether no caller needs the call, and none can join it any more */
    private static boolean closeOptional(WaitingCall call) {
        CallerAccounts.Snapshot present = call.request.accounts().snapshot();
        return present.purpose() == Purpose.REPLACEMENT && call.request.accounts().closeIfUnchanged(present);
    }

    /** @return an action to run without the lock, if the call cannot wait after this answer */
    private Optional<Runnable> refuse(WaitingCall call, Answer answer, Instant now) {
        if (call.over || !(answer instanceof Denied denied) || denied.reason() == Reason.LOST) {
            return Optional.empty();
        }
        Instant turn = now.plus(denied.waits().get(0));
        TokenException refusal;
        if (denied.reason() == Reason.PAUSED) {
            refusal = TokenError.THROTTLED.because(ThrottledCredentials.REASON).retryAfter(denied.waits().get(0));
        } else if (closeOptional(call)) {
            refusal = refusal(denied.reason() == Reason.FULL ? NONE_LEFT : NO_OPTIONAL_LEFT, turn, now);
        } else {
            return Optional.empty();
        }
        remove(call);
        return Optional.of(() -> call.refuse(refusal));
    }

    /** Refuses the waiting calls whose turn can no longer come in time, as the last answer tells. */
    private void refuseLate(Instant now, List<Runnable> actions) {
        Map<String, Integer> ahead = new HashMap<>();
        Map<WaitingCall, Instant> turns = new IdentityHashMap<>();
        for (Line line : inTurn(lines.values())) {
            String sharer = standingAfterTrial(line).sharer();
            for (WaitingCall call : line.waiting) {
                if (!call.asking) {
                    Instant turn = view.turn(sharer, ahead.merge(sharer, 1, Integer::sum) - 1);
                    turns.merge(call, turn, (one, other) -> one.isBefore(other) ? one : other);
                }
            }
        }
        turns.forEach((call, turn) -> {
            if (turn.isAfter(call.latest)) {
                remove(call);
                TokenException refusal = refusal(call.request, turn, now);
                actions.add(() -> call.refuse(refusal));
            }
        });
    }

    private static List<Line> inTurn(Collection<Line> lines) {
        return lines.stream().sorted(Comparator.comparingLong(line -> line.turn)).toList();
    }

    private Standing standing(UpstreamTokenRequest request, boolean accepted, CallerAccount caller) {
        return standing(request, accepted, caller, window.limits());
    }

    private Standing standing(UpstreamTokenRequest request, boolean accepted, CallerAccount caller, Limits limits) {
        String credentials = request.fingerprint();
        if (!accepted) {
            return new Standing(caller.account(), 0, false, credentials);
        }
        if (request.owner() == CredentialsOwner.SERVICE) {
            return new Standing(caller.sharer(), share(caller, limits), true, credentials);
        }
        // A caller that has the service's secret gets what the sharers leave.
        return new Standing(CALLERS, ofService ? 0 : limits.calls(), true, credentials);
    }

    private Standing standing(Line line) {
        return standing(line.request(), line.accepted, line.caller);
    }

    /** @return the standing when calls wait until a trial of the credentials is over, which can succeed */
    private Standing standingAfterTrial(UpstreamTokenRequest request, boolean accepted, CallerAccount caller) {
        return standing(request, accepted || window.isOnTrial(request.fingerprint()), caller);
    }

    private Standing standingAfterTrial(Line line) {
        return standingAfterTrial(line.request(), line.accepted, line.caller);
    }

    /** Tries with the client's id take nothing from the shares. A single sharer has no others to leave anything to. */
    private static int share(CallerAccount caller, Limits limits) {
        int shared = caller.sharers() > 1 && caller.triesAllowed() ? limits.calls() - limits.tries() : limits.calls();
        return Math.max(1, shared / caller.sharers());
    }

    /** @return actions that start the calls whose turn has come, to run without the lock */
    private List<Runnable> serve(Instant now) {
        advance(now);
        List<Runnable> actions = new ArrayList<>(1);
        for (Line line = next(now); line != null; line = next(now)) {
            WaitingCall first = line.first();
            Standing standing = standing(line);
            Grade grade = window.grade(standing, now);
            if (isAsked()) {
                Question question = question(first, line, standing, grade, now);
                actions.add(() -> ask(question));
            } else {
                line.turn = ++lastTurn;
                remove(first);
                CallPermit permit = permitUnasked(first.request, line.caller, standing, grade, now, actions);
                actions.add(() -> first.grant(permit));
            }
        }
        scheduleServing(now);
        return actions;
    }

    /**
     * @return the line whose turn it is: within its share before borrowing, then the sharer with the fewest calls, then the
     *         line that has waited longest; null if no line has its turn now
     */
    private Line next(Instant now) {
        Line next = null;
        Grade best = Grade.NOT_NOW;
        int fewest = Integer.MAX_VALUE;
        for (Line line : lines.values()) {
            if (line.idle == 0) {
                continue;
            }
            Standing standing = standing(line);
            Grade grade = grade(standing, now);
            int calls = window.calls(standing);
            if (grade.compareTo(best) < 0 || grade == best && grade != Grade.NOT_NOW
                    && (calls < fewest || calls == fewest && line.turn < next.turn)) {
                next = line;
                best = grade;
                fewest = calls;
            }
        }
        return next;
    }

    private void queue(WaitingCall call, CallerAccount caller) {
        Line line = lines.computeIfAbsent(key(caller, call.request), key -> new Line(key, caller, ++lastTurn));
        line.accepted |= isAccepted(call);
        line.waiting.add(call);
        line.idle += call.asking ? 0 : 1;
        call.lines.add(line);
    }

    /** @return whether the call waits in one more line, or in a better one than before */
    private boolean queueIfBetter(WaitingCall call, CallerAccount caller) {
        UpstreamTokenRequest request = call.request;
        Line callersLine = lines.get(key(caller, request));
        if (callersLine != null && callersLine.waiting.contains(call)) {
            return false;
        }
        if (call.lines.size() >= MAX_LINES) {
            Comparator<Line> byPlace = Comparator.comparingInt(line -> place(standing(request, line.accepted, line.caller)));
            Line worst = call.lines.stream().max(byPlace).orElseThrow();
            if (place(standing(request, isAccepted(call), caller)) >= place(standing(request, worst.accepted, worst.caller))) {
                return false;
            }
            call.lines.remove(worst);
            leave(worst, call);
        }
        queue(call, caller);
        return true;
    }

    private boolean isAccepted(WaitingCall call) {
        return call.request.accepted() || call.lines.stream().anyMatch(line -> line.accepted);
    }

    /** @return the callers with the best places; among them is one whose call is permitted now, if there is any */
    private List<CallerAccount> best(UpstreamTokenRequest request, List<CallerAccount> callers) {
        if (callers.size() <= MAX_LINES) {
            return callers;
        }
        Map<CallerAccount, Integer> places = new IdentityHashMap<>(callers.size());
        callers.forEach(caller -> places.put(caller, place(standing(request, request.accepted(), caller))));
        return callers.stream().sorted(Comparator.comparing(places::get)).limit(MAX_LINES).toList();
    }

    /** @return smaller for a better place: first the sharers with calls of their share left, then those with fewer calls */
    private int place(Standing standing) {
        int calls = window.calls(standing);
        return window.withinShare(standing, 1) > 0 ? calls : whole.calls() + calls;
    }

    private static String key(CallerAccount caller, UpstreamTokenRequest request) {
        return caller.account() + '\n' + request.fingerprint();
    }

    private void remove(WaitingCall call) {
        call.over = true;
        call.lines.forEach(line -> leave(line, call));
    }

    private void leave(Line line, WaitingCall call) {
        line.waiting.remove(call);
        line.idle -= call.asking ? 0 : 1;
        if (line.waiting.isEmpty()) {
            lines.remove(line.key);
        }
    }

    /** Sets the timer to the time when a call comes back or can be borrowed. */
    private void scheduleServing(Instant now) {
        Instant next = null;
        if (!lines.isEmpty()) {
            EndedCalls first = window.ended().peekFirst();
            next = first == null ? null : first.countUntil;
            Instant loan = window.nextLoan();
            if (window.left() > 0 && loan.isAfter(now) && (next == null || loan.isBefore(next))) {
                next = loan;
            }
            next = isAsked() ? earlier(next, nextQuestion(now)) : next;
        }
        if (Objects.equals(next, nextServing)) {
            return;
        }
        stopTimer.run();
        nextServing = next;
        stopTimer = next == null ? () -> {
        } : timer.start(Duration.between(now, next), this::serveOnTime);
    }

    /** @return when one of the waiting calls can be asked for; null if the next answer decides */
    private Instant nextQuestion(Instant now) {
        return lines.values().stream().filter(line -> line.idle > 0)
                .map(line -> view.nextQuestion(standing(line).sharer())).filter(now::isBefore)
                .min(Comparator.naturalOrder()).orElse(null);
    }

    /** @param other null for never, like the first */
    private static Instant earlier(Instant one, Instant other) {
        return one == null || other != null && other.isBefore(one) ? other : one;
    }

    private void serveOnTime() {
        runLocked(() -> {
            nextServing = null;
            return serve(clock.instant());
        });
    }

    /** @return when the call can be made for the caller with the best place, if no other call arrives */
    private Instant turn(UpstreamTokenRequest request, List<CallerAccount> callers, Instant now) {
        return callers.stream().map(caller -> turn(request, caller, now)).min(Comparator.naturalOrder()).orElse(Instant.MAX);
    }

    private Instant turn(UpstreamTokenRequest request, CallerAccount caller, Instant now) {
        Standing mine = standingAfterTrial(request, request.accepted(), caller);
        if (!mine.accepted()) {
            return turnOfTry(mine, now);
        }
        Line line = lines.get(key(caller, request));
        int inLine = line == null ? 0 : line.idle;
        Map<String, Queue> queues = new HashMap<>();
        for (Line each : lines.values()) {
            Standing standing = standingAfterTrial(each);
            boolean takesTurns = each != line && standing.sharer().equals(mine.sharer());
            int ahead = takesTurns ? Math.min(each.idle, inLine + 1) : each.idle;
            queues.merge(standing.sharer(), new Queue(standing, ahead),
                    (one, other) -> new Queue(other.standing(), one.calls() + other.calls()));
        }
        Queue own = queues.remove(mine.sharer());
        int ahead = own == null ? 0 : own.calls();
        return sharedTurn(mine, ahead, forecast.turn(new Queue(mine, ahead), queues.values(), now));
    }

    private Instant turnOfTry(Standing mine, Instant now) {
        int ofAccount = 0;
        int all = 0;
        for (Line line : lines.values()) {
            Standing standing = standingAfterTrial(line);
            if (!standing.accepted()) {
                ofAccount += standing.sharer().equals(mine.sharer()) ? line.idle : 0;
                all += line.idle;
            }
        }
        return sharedTurn(mine, ofAccount, forecast.turnOfTry(new Queue(mine, ofAccount), all, now));
    }

    private Instant sharedTurn(Standing mine, int ahead, Instant turn) {
        Instant sharedTurn = isAsked() ? view.turn(mine.sharer(), ahead) : Instant.MIN;
        return sharedTurn.isAfter(turn) ? sharedTurn : turn;
    }

    private TokenException refusal(UpstreamTokenRequest request, Instant turn, Instant now) {
        boolean isPart = window.limits().calls() < whole.calls();
        return refusal(
                view.left(window.left(), now) <= 0 ? isPart ? NONE_LEFT_OF_PART : NONE_LEFT
                        : request.accepted() ? NO_SHARE_LEFT : NO_TRY_LEFT,
                turn,
                now);
    }

    private static TokenException refusal(String reason, Instant turn, Instant now) {
        return TokenError.BUDGET_SPENT.because(reason)
                .retryAfter(turn.isAfter(now) ? Duration.between(now, turn) : OTHERS_FIRST);
    }
}
