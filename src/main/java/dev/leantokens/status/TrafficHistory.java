package dev.leantokens.status;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

import dev.leantokens.status.Status.Slot;
import dev.leantokens.status.Status.Traffic;

/**
 * The traffic of the last {@link #PERIOD}, in slots of fixed length. Takes about 10 KB, whatever the traffic. Thread-safe.
 */
final class TrafficHistory {

    static final Duration SLOT = Duration.ofSeconds(15);
    static final int SLOTS = 60;
    static final Duration PERIOD = SLOT.multipliedBy(SLOTS);

    private final Supplier<TrafficSample> meters;
    private final Clock clock;

    /** Guarded by this, as the fields that follow: the slots that have ended, the oldest first. */
    private final Deque<Slot> ended = new ArrayDeque<>(SLOTS);
    /** The number of the current slot since the epoch. */
    private long slot;
    /** The counts at its start. */
    private TrafficSample before;

    /** Starts with an empty slot, which what was counted before is no part of. */
    TrafficHistory(Supplier<TrafficSample> meters, Clock clock) {
        this.meters = meters;
        this.clock = clock;
        this.slot = slotAt(clock.instant());
        this.before = meters.get();
    }

    /** Ends the current slot if its time is over. To be called once in each slot, or slots get the counts of later ones. */
    synchronized void update() {
        update(meters.get(), slotAt(clock.instant()));
    }

    /** @return how long the current slot lasts from now on */
    synchronized Duration untilNextSlot() {
        Instant now = clock.instant();
        return Duration.between(now, start(slotAt(now) + 1));
    }

    /** @return the slots until now; the last one is the current slot, as far as it has got */
    synchronized Traffic traffic() {
        TrafficSample now = meters.get();
        update(now, slotAt(clock.instant()));
        List<Slot> slots = new ArrayList<>(ended);
        slots.add(slot(start(slot), now.since(before)));
        return new Traffic(SLOT, slots);
    }

    private void update(TrafficSample now, long current) {
        if (current <= slot) {
            return;
        }
        end(slot(start(slot), now.since(before)));
        before = now;
        // The machine has slept: nothing happened meanwhile.
        for (long missed = Math.max(slot + 1, current - SLOTS + 1); missed < current; missed++) {
            end(Slot.empty(start(missed)));
        }
        slot = current;
        while (!ended.isEmpty() && ended.peekFirst().start().isBefore(start(current - SLOTS + 1))) {
            ended.removeFirst();
        }
    }

    private void end(Slot complete) {
        ended.addLast(complete);
    }

    private static Slot slot(Instant start, TrafficSample of) {
        return new Slot(start, of.hits(), of.others(), of.errors(), of.calls(), of.failedCalls(),
                of.requestLatency().latency(), of.callLatency().latency());
    }

    private static long slotAt(Instant time) {
        return Math.floorDiv(time.toEpochMilli(), SLOT.toMillis());
    }

    private static Instant start(long slot) {
        return Instant.ofEpochMilli(slot * SLOT.toMillis());
    }
}
