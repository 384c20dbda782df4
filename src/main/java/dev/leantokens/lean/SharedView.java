package dev.leantokens.lean;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

import dev.leantokens.lean.CallWindow.Limits;
import dev.leantokens.lean.SharedBudget.Answer;
import dev.leantokens.lean.SharedBudget.Denied;
import dev.leantokens.lean.SharedBudget.Reason;
import dev.leantokens.lean.SharedBudget.Taken;

/**
 * What this replica knows of the shared budget of one client: when to ask for a call, and how many calls to make without asking
 * while no answer comes. Not thread-safe: guarded by its {@link ClientBudget}.
 * <p>
 * After a denial, nothing is asked until the time that it names; then one call asks first. Without that, the waiting calls of
 * all replicas would ask whenever one call comes back.
 */
final class SharedView {

    /** The parts of a window for which nothing is asked after a failure: a second of a minute. */
    private static final int PAUSES_PER_WINDOW = 60;
    /**
     * The parts of a window over which the replicas spread their questions, for each replica: 10 ms of a minute. So the first
     * one asks after about 10 ms, however many there are.
     */
    private static final int SPREADS_PER_WINDOW = 6_000;
    /** The part of the calls that a replica makes on its own if it has never seen the others. */
    private static final int UNKNOWN_REPLICAS = 10;

    private final SharedBudget shared;
    private final Limits whole;
    private final DoubleSupplier random;

    /** The number of questions without an answer. */
    private int asking;
    /** The number of calls that the last answer left. */
    private int left;
    private Instant lastAnswer = Instant.MIN;
    private Turns all = Turns.NOW;
    private Turns optional = Turns.NOW;
    /** By sharers that were denied a call last, or borrowed one. */
    private final Map<String, Denial> denials = new HashMap<>(2);

    /** Whether this replica is on its own now. */
    private boolean apart;
    private Instant unaskedUntil = Instant.MIN;
    private Instant carefulUntil = Instant.MIN;
    /** The largest number of calls at first, until those of before no longer count. */
    private int callsAtFirst;
    private Instant firstUntil = Instant.MIN;

    /**
     * When the next calls could be made.
     *
     * @param times at least one
     * @param interval the time between calls after these
     */
    private record Turns(List<Instant> times, Duration interval) {

        private static final Turns NOW = new Turns(List.of(Instant.MIN), Duration.ZERO);

        private Instant first() {
            return times.get(0);
        }

        private Instant after(int others) {
            int last = times.size() - 1;
            return others <= last ? times.get(others) : times.get(last).plus(interval.multipliedBy(others - last));
        }
    }

    private static final class Denial {

        private Turns turns;
        /** Whether one of the sharer's calls asks again. */
        private boolean asking;
    }

    /** @param random returns numbers from 0 to 1 */
    SharedView(SharedBudget shared, Limits whole, DoubleSupplier random) {
        this.shared = shared;
        this.whole = whole;
        this.random = random;
        this.left = whole.calls();
    }

    /**
     * Notices whether the shared budget can be asked.
     *
     * @param calls the number of this replica's calls that count, without those that are being asked for
     */
    void observe(int calls, Instant now) {
        boolean up = shared.isUp() && !now.isBefore(unaskedUntil);
        if (up != apart) {
            return;
        }
        apart = !up;
        if (apart) {
            startCarefully(calls, now);
        } else {
            carefulUntil = now.plus(memory());
        }
    }

    /**
     * Calls that count now may be those of any replica. Until they no longer do, this one adds its part of those that are left.
     */
    private void startCarefully(int calls, Instant now) {
        int known = isRecent(now) ? left : whole.calls();
        int first = calls + known / Math.max(1, shared.replicas());
        // What is left in a Redis that has just lost its data says less than what was known before.
        callsAtFirst = now.isBefore(firstUntil) ? Math.min(callsAtFirst, first) : first;
        firstUntil = now.plus(memory());
    }

    /** @return the limits of this replica: part of the whole if the others do not know its calls, or it does not know theirs */
    Limits limits(Instant now) {
        if (!isCareful(now)) {
            return whole;
        }
        return whole.withCalls(now.isBefore(firstUntil) ? Math.min(part(), callsAtFirst) : part());
    }

    /** @return whether this replica keeps to its part of the calls */
    boolean isCareful(Instant now) {
        return apart || now.isBefore(carefulUntil)
                || !shared.lastReturn().equals(Instant.MIN) && now.isBefore(shared.lastReturn().plus(memory()));
    }

    private int part() {
        int replicas = shared.replicas();
        return whole.calls() / (replicas == 0 ? UNKNOWN_REPLICAS : replicas);
    }

    /**
     * @return how long a call counts after its start at most, and a little longer: replicas notice an outage at different times
     */
    private Duration memory() {
        return whole.window().plus(whole.longestCall()).plus(pause().multipliedBy(2));
    }

    private Duration pause() {
        return whole.window().dividedBy(PAUSES_PER_WINDOW);
    }

    /** @return whether calls are made without asking */
    boolean isApart() {
        return apart;
    }

    /** @return whether it makes sense to ask for a call of this sharer now */
    boolean mayAsk(String sharer, Instant now) {
        Denial denial = denials.get(sharer);
        return asking < Math.max(1, left) && !now.isBefore(all.first())
                && (denial == null || !denial.asking && !now.isBefore(denial.turns.first()));
    }

    /** @return when it makes sense to ask for an optional call */
    Instant optionalTurn() {
        return later(optional.first(), all.first());
    }

    /** @return when a call of this sharer could be made, after as many others of this replica; may be in the past */
    Instant turn(String sharer, int others) {
        Denial denial = denials.get(sharer);
        Instant turn = all.after(others);
        return denial == null ? turn : later(turn, denial.turns.after(others));
    }

    /** @return when a call of this sharer can be asked for at the earliest; may be in the past */
    Instant nextQuestion(String sharer) {
        return later(turn(sharer, 0), unaskedUntil);
    }

    /** Notes that a call of this sharer is asked for. */
    void ask(String sharer) {
        asking++;
        Denial denial = denials.get(sharer);
        if (denial != null) {
            denial.asking = true;
        }
    }

    /** @return the number of questions without an answer */
    int asking() {
        return asking;
    }

    /** @param calls the number of this replica's calls that count, without those that are being asked for */
    void answer(String sharer, Answer answer, int calls, Instant now) {
        stopAsking(sharer);
        if (answer instanceof Denied denied && denied.reason() == Reason.LOST) {
            startCarefully(calls, now);
            carefulUntil = firstUntil;
            return;
        }
        if (answer instanceof Denied denied && denied.reason() == Reason.PAUSED) {
            // Tells nothing about the calls of other credentials.
            return;
        }
        left = Math.max(0, answer.left());
        lastAnswer = now;
        all = Turns.NOW;
        if (answer instanceof Taken taken) {
            taken.nextLoan().ifPresentOrElse(loan -> deny(sharer, turns(List.of(loan), now), now),
                    () -> denials.remove(sharer));
        } else if (answer instanceof Denied denied) {
            deny(sharer, denied, now);
        }
    }

    private void deny(String sharer, Denied denied, Instant now) {
        Turns turns = turns(denied.waits(), now);
        switch (denied.reason()) {
            case FULL -> all = turns;
            case OPTIONAL -> optional = turns;
            case SHARE, TRY -> deny(sharer, turns, now);
            case PAUSED, LOST -> {
                // Handled above.
            }
        }
    }

    private void deny(String sharer, Turns turns, Instant now) {
        denials.values().removeIf(denial -> denial.turns.first().plus(whole.window()).isBefore(now));
        denials.computeIfAbsent(sharer, name -> new Denial()).turns = turns;
    }

    private Turns turns(List<Duration> waits, Instant now) {
        Instant start = shared.replicas() > 1 ? now.plusNanos((long) (spread().toNanos() * random.getAsDouble())) : now;
        return new Turns(waits.stream().map(start::plus).toList(), whole.window().dividedBy(whole.calls()));
    }

    /** No answer came: for some time, this replica does not ask. */
    void fail(String sharer, Instant now) {
        stopAsking(sharer);
        unaskedUntil = now.plus(pause());
    }

    private void stopAsking(String sharer) {
        asking--;
        Denial denial = denials.get(sharer);
        if (denial != null) {
            denial.asking = false;
        }
    }

    /** @return how long to keep the next call for sharers within their share: until each replica has asked */
    Duration reserve() {
        return spread().plus(pause().dividedBy(10));
    }

    /** @return the time over which the replicas spread their questions */
    private Duration spread() {
        Duration spread = whole.window().dividedBy(SPREADS_PER_WINDOW).multipliedBy(shared.replicas());
        return spread.compareTo(pause()) < 0 ? spread : pause();
    }

    /**
     * @param calls the number of calls that are left in this replica
     * @return how many of them are left for all, as far as known
     */
    int left(int calls, Instant now) {
        return apart || !isRecent(now) ? calls : Math.min(calls, left);
    }

    private boolean isRecent(Instant now) {
        return !lastAnswer.equals(Instant.MIN) && now.isBefore(lastAnswer.plus(whole.window()));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
