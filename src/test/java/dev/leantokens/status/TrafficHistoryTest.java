package dev.leantokens.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.leantokens.status.LatencyBuckets.Bucket;
import dev.leantokens.status.Status.Latency;
import dev.leantokens.status.Status.Slot;
import dev.leantokens.testing.TestClock;

class TrafficHistoryTest {

    private static final Duration SLOT = TrafficHistory.SLOT;

    private final TestClock clock = new TestClock();
    private long hits;
    private final TrafficHistory history = new TrafficHistory(this::sample, clock);

    @Test
    void whatWasCountedBeforeTheStartIsLeftOut() {
        hits = 5;
        TrafficHistory later = new TrafficHistory(this::sample, clock);
        hits = 7;

        assertThat(later.traffic().slots()).singleElement().extracting(Slot::hits).isEqualTo(2L);
    }

    @Test
    void currentSlotGrowsUntilItsTimeIsOver() {
        hits = 1;
        assertThat(hitsOfSlots()).containsExactly(1L);
        hits = 3;
        assertThat(hitsOfSlots()).containsExactly(3L);

        clock.advance(SLOT);
        assertThat(hitsOfSlots()).containsExactly(3L, 0L);
        hits = 4;
        assertThat(hitsOfSlots()).containsExactly(3L, 1L);
    }

    @Test
    void countsAreOfTheSlotInWhichTheyWereMade() {
        for (int i = 1; i <= 5; i++) {
            hits += i;
            clock.advance(SLOT);
            history.update();
        }

        assertThat(hitsOfSlots()).containsExactly(1L, 2L, 3L, 4L, 5L, 0L);
    }

    @Test
    void slotsStartAtMultiplesOfTheirLength() {
        clock.advance(Duration.ofMillis(SLOT.toMillis() / 3));
        TrafficHistory other = new TrafficHistory(this::sample, clock);
        clock.advance(SLOT);

        List<Slot> slots = other.traffic().slots();

        assertThat(slots).hasSize(2)
                .allSatisfy(slot -> assertThat(slot.start().toEpochMilli() % SLOT.toMillis()).isZero());
        assertThat(slots.get(1).start()).isEqualTo(slots.get(0).start().plus(SLOT)).isBeforeOrEqualTo(clock.instant());
        assertThat(clock.instant().plus(other.untilNextSlot())).isEqualTo(slots.get(1).start().plus(SLOT));
    }

    @Test
    void onlyTheLastSlotsAreKept() {
        Instant first = history.traffic().slots().get(0).start();
        for (int i = 0; i < 10 * TrafficHistory.SLOTS; i++) {
            hits = i;
            clock.advance(SLOT);
            history.update();
        }

        List<Slot> slots = history.traffic().slots();
        assertThat(slots).hasSize(TrafficHistory.SLOTS);
        assertThat(slots.get(0).start()).isEqualTo(first.plus(SLOT.multipliedBy(9L * TrafficHistory.SLOTS + 1)));
        assertThat(history.traffic().total().hits()).isEqualTo(TrafficHistory.SLOTS - 1);
    }

    /** As after the sleep of a machine. */
    @Test
    void missedSlotsAreEmpty() {
        hits = 2;
        clock.advance(SLOT.multipliedBy(3));
        assertThat(hitsOfSlots()).containsExactly(2L, 0L, 0L, 0L);

        clock.advance(Duration.ofDays(300));
        assertThat(hitsOfSlots()).hasSize(TrafficHistory.SLOTS).containsOnly(0L);
    }

    @Test
    void clockThatGoesBackChangesNothing() {
        hits = 2;
        clock.advance(SLOT);
        history.update();
        clock.advance(SLOT.negated());
        hits = 3;
        history.update();

        assertThat(hitsOfSlots()).containsExactly(2L, 1L);
    }

    /** As {@code histogram_quantile} of Prometheus does. */
    @Test
    void quantilesAreInterpolatedWithinABucket() {
        LatencyBuckets buckets = new LatencyBuckets(
                List.of(new Bucket(millis(1), 60), new Bucket(millis(5), 90), new Bucket(millis(25), 98)), 100);

        Latency latency = buckets.latency().orElseThrow();

        assertThat(latency.median().toNanos()).isCloseTo(833_333, within(1L));
        // Above the last bound.
        assertThat(latency.p99()).isEqualTo(Duration.ofMillis(25));
    }

    @Test
    void bucketsOfASlotAreThoseSinceItsStart() {
        LatencyBuckets before = new LatencyBuckets(List.of(new Bucket(10, 100), new Bucket(20, 100)), 100);
        LatencyBuckets now = new LatencyBuckets(List.of(new Bucket(10, 100), new Bucket(20, 150)), 150);

        assertThat(now.since(before))
                .isEqualTo(new LatencyBuckets(List.of(new Bucket(10, 0), new Bucket(20, 50)), 50));
        assertThat(now.since(LatencyBuckets.NONE)).isEqualTo(now);
        assertThat(now.since(now).latency()).isEmpty();
        assertThat(LatencyBuckets.NONE.latency()).isEmpty();
        assertThat(now.since(before).latency().orElseThrow().median().toNanos()).isEqualTo(15);
    }

    private TrafficSample sample() {
        return new TrafficSample(hits, 0, 0, 0, 0, LatencyBuckets.NONE, LatencyBuckets.NONE);
    }

    private List<Long> hitsOfSlots() {
        return history.traffic().slots().stream().map(Slot::hits).toList();
    }

    private static long millis(int millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
