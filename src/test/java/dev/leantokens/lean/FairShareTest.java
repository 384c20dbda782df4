package dev.leantokens.lean;

import static dev.leantokens.lean.Requests.one;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenException;
import dev.leantokens.token.CallerAccount;

/** How callers share 60 calls a minute, simulated over minutes. */
class FairShareTest {

    private static final int CALLS = 60;
    private static final Duration LONGEST_CALL = Duration.ofMillis(3_200);
    private static final Duration PATIENCE = Duration.ofMillis(6_800);

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final SimulatedTime time = new SimulatedTime();
    private final Budget budget = Requests.budget(CALLS, LONGEST_CALL, time, 10_000);
    private final List<Sharer> sharers = new ArrayList<>();
    private final List<Instant> starts = new ArrayList<>();
    private final List<Instant> ends = new ArrayList<>();

    /**
     * A caller that sends the next request as soon as it has a response, and retries as late as a refusal says; with several
     * concurrent requests.
     */
    private final class Sharer {

        private final CallerAccount requester;
        private final List<Instant> served = new ArrayList<>();
        private Duration longestWait = Duration.ZERO;
        private int refused;
        private boolean greedy;

        private Sharer(CallerAccount requester) {
            this.requester = requester;
        }

        private Sharer start(int requests) {
            greedy = true;
            for (int i = 0; i < requests; i++) {
                request(time.now());
            }
            return this;
        }

        private void request(Instant since) {
            budget.take(Requests.ofService(requester), PATIENCE).subscribe().with(permit -> {
                Instant start = time.now();
                starts.add(start);
                served.add(start);
                Duration wait = Duration.between(since, start);
                longestWait = wait.compareTo(longestWait) > 0 ? wait : longestWait;
                time.start(1 + random.nextInt(500), () -> {
                    ends.add(time.now());
                    permit.used();
                    if (greedy) {
                        request(time.now());
                    }
                });
            }, refusal -> {
                refused++;
                if (greedy) {
                    Duration wait = ((TokenException) refusal).response().retryAfter().orElseThrow();
                    // Retry-After is in whole seconds, and callers do not retry at the same instant.
                    time.start(wait.plusMillis(999).toSeconds() * 1_000 + random.nextInt(100), () -> request(time.now()));
                }
            });
        }

        private long servedSince(Instant start) {
            return served.stream().filter(at -> !at.isBefore(start)).count();
        }
    }

    private Sharer sharer(String name, int of) {
        return sharer(one(name, name, of));
    }

    private Sharer sharer(CallerAccount requester) {
        Sharer sharer = new Sharer(requester);
        sharers.add(sharer);
        return sharer;
    }

    /** Lean receives a call between its start and its end. */
    @AfterEach
    void leanNeverReceivesMoreInAnyMinute() {
        for (List<Instant> seen : List.of(starts, ends)) {
            for (int i = 0; i + CALLS < seen.size(); i++) {
                assertThat(Duration.between(seen.get(i), seen.get(i + CALLS))).as("seed " + seed)
                        .isGreaterThanOrEqualTo(Duration.ofMinutes(1));
            }
        }
    }

    @Test
    void singleSharerGetsAllAtOnce() {
        Sharer only = sharer("only", 1);

        only.start(100);

        assertThat(only.served).hasSize(CALLS);
    }

    @Test
    void activeOneOfFourSharersGetsAll() {
        Sharer alone = sharer("alone", 4).start(30);

        time.advance(Duration.ofMinutes(5));

        Instant from = time.now();
        time.advance(Duration.ofMinutes(5));
        // A call also counts while it runs, up to half a second here.
        assertThat(alone.servedSince(from)).as("seed " + seed).isBetween(5L * 58, 5L * CALLS);
    }

    @Test
    void latecomerGetsItsShareWithinSeconds() {
        sharer("greedy", 4).start(30);
        time.advance(Duration.ofMinutes(5).plusMillis(random.nextInt(60_000)));
        Sharer late = sharer("late", 4);

        for (int i = 0; i < 15; i++) {
            late.request(time.now());
            time.advance(Duration.ofSeconds(2));
        }

        time.advance(Duration.ofSeconds(5));
        assertThat(late.refused).as("seed " + seed).isZero();
        assertThat(late.served).hasSize(15);
        assertThat(late.longestWait).as("seed " + seed).isLessThanOrEqualTo(Duration.ofMillis(2_500));
    }

    @Test
    void latecomerThatRequestsItsShareAtOnceGetsItWithinHalfAMinute() {
        sharer("greedy", 4).start(30);
        time.advance(Duration.ofMinutes(5).plusMillis(random.nextInt(60_000)));

        Sharer late = sharer("late", 4).start(15);
        time.advance(Duration.ofSeconds(30));

        assertThat(late.served).as("seed " + seed).hasSizeGreaterThanOrEqualTo(15);
    }

    @Test
    void greedySharersGetEqualShares() {
        List<Sharer> all = IntStream.range(0, 4).mapToObj(i -> sharer("s" + i, 4)).toList();
        for (Sharer each : all) {
            each.start(1 + random.nextInt(40));
            time.advance(Duration.ofMillis(random.nextInt(20_000)));
        }
        time.advance(Duration.ofMinutes(3));

        Instant from = time.now();
        time.advance(Duration.ofMinutes(10));

        assertThat(all).allSatisfy(each -> assertThat(each.servedSince(from)).as("seed " + seed).isBetween(120L, 180L));
    }

    @Test
    void modestSharersGetWhatTheyNeedAndGreedyOnesTheRest() {
        Sharer greedy = sharer("greedy", 4).start(30);
        Sharer other = sharer("other greedy", 4).start(30);
        Sharer modest = sharer("modest", 4);
        time.advance(Duration.ofMinutes(3));

        Instant from = time.now();
        for (int i = 0; i < 100; i++) {
            modest.request(time.now());
            time.advance(Duration.ofSeconds(6));
        }

        assertThat(modest.refused).as("seed " + seed).isZero();
        assertThat(modest.served).hasSize(100);
        assertThat(greedy.servedSince(from) + other.servedSince(from)).as("seed " + seed).isBetween(450L, 500L);
        assertThat(Math.abs(greedy.servedSince(from) - other.servedSince(from))).as("seed " + seed).isLessThan(40);
    }

    @Test
    void allSharersAreServedWithTwiceAsManyAsCalls() {
        List<Sharer> all = IntStream.range(0, 2 * CALLS).mapToObj(i -> sharer("s" + i, 2 * CALLS).start(1)).toList();

        time.advance(Duration.ofMinutes(30));

        // 15 each on average: a retry can come a moment too late.
        assertThat(all).allSatisfy(each -> assertThat(each.served).as("seed " + seed).hasSizeBetween(1, 45));
    }

    @Test
    void noneOfAThousandSharersTakesTurnsOfOthers() {
        List<Sharer> all = IntStream.range(0, 1_000).mapToObj(i -> sharer("s" + i, 1_000).start(1)).toList();

        time.advance(Duration.ofMinutes(5));

        assertThat(all).allSatisfy(each -> assertThat(each.served).as("seed " + seed).hasSizeLessThanOrEqualTo(10));
        assertThat(starts).as("seed " + seed).hasSizeBetween(5 * 58, 6 * CALLS);
    }

    /** All anonymous callers are one sharer. */
    @Test
    void anonymousCallersAndTwoGreedyClientsTakeNothingFromTheOtherTwo() {
        for (int i = 0; i < 20; i++) {
            sharer(one("address " + i, "anonymous", 5)).start(10);
        }
        sharer("a", 5).start(30);
        sharer("b", 5).start(30);
        for (Sharer modest : List.of(sharer("c", 5), sharer("d", 5))) {
            for (int i = 0; i < 12; i++) {
                modest.request(time.now());
            }
            assertThat(modest.served).as("at once").hasSize(12);
        }
        time.advance(Duration.ofMinutes(5));

        List<Sharer> late = List.of(sharer("c", 5), sharer("d", 5));
        for (int i = 0; i < 60; i++) {
            for (Sharer modest : late) {
                modest.request(time.now());
            }
            time.advance(Duration.ofMillis(6_000 + random.nextInt(1_000)));
        }

        assertThat(late).allSatisfy(modest -> assertThat(modest.refused).as("seed " + seed).isZero());
    }
}
