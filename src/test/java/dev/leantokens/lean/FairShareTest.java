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
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenException;
import dev.leantokens.token.CallerAccount;

/** Who gets how many of 60 calls a minute, simulated over minutes. */
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
     * A caller that asks again as soon as it is answered, or when it was told to come again, with several requests at a time.
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

        private Sharer asks(int requests) {
            greedy = true;
            for (int i = 0; i < requests; i++) {
                ask(time.now());
            }
            return this;
        }

        private void ask(Instant since) {
            budget.take(Requests.ofService(requester), PATIENCE).subscribe().with(permit -> {
                Instant begin = time.now();
                starts.add(begin);
                served.add(begin);
                Duration wait = Duration.between(since, begin);
                longestWait = wait.compareTo(longestWait) > 0 ? wait : longestWait;
                time.start(1 + random.nextInt(500), () -> {
                    ends.add(time.now());
                    permit.used();
                    if (greedy) {
                        ask(time.now());
                    }
                });
            }, refusal -> {
                refused++;
                if (greedy) {
                    Duration wait = ((TokenException) refusal).response().retryAfter().orElseThrow();
                    // As whole seconds go over the wire, and not all at the same instant.
                    time.start(wait.plusMillis(999).toSeconds() * 1_000 + random.nextInt(100), () -> ask(time.now()));
                }
            });
        }

        private long servedSince(Instant begin) {
            return served.stream().filter(at -> !at.isBefore(begin)).count();
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

    /** Whatever was simulated: never more than the limit in any minute, by the starts of calls and by their ends. */
    @AfterEach
    void leanNeverSeesMoreInAnyMinute() {
        for (List<Instant> seen : List.of(starts, ends)) {
            for (int i = 0; i + CALLS < seen.size(); i++) {
                assertThat(Duration.between(seen.get(i), seen.get(i + CALLS))).as("seed " + seed)
                        .isGreaterThanOrEqualTo(Duration.ofMinutes(1));
            }
        }
    }

    @Test
    void onlyOneGetsAllAtOnce() {
        Sharer only = sharer("only", 1);

        only.asks(100);

        assertThat(only.served).hasSize(CALLS);
    }

    @Test
    void greedyOneOfFourThatIsAloneGetsAll() {
        Sharer alone = sharer("alone", 4).asks(30);

        time.advance(Duration.ofMinutes(5));

        Instant from = time.now();
        time.advance(Duration.ofMinutes(5));
        // A call counts for as long as it takes, too: half a second here.
        assertThat(alone.servedSince(from)).as("seed " + seed).isBetween(5L * 58, 5L * CALLS);
    }

    @Test
    void latecomerHasItsShareWithoutWaitingLong() {
        sharer("greedy", 4).asks(30);
        time.advance(Duration.ofMinutes(5).plusMillis(random.nextInt(60_000)));
        Sharer late = sharer("late", 4);

        for (int i = 0; i < 15; i++) {
            late.ask(time.now());
            time.advance(Duration.ofSeconds(2));
        }

        time.advance(Duration.ofSeconds(5));
        assertThat(late.refused).as("seed " + seed).isZero();
        assertThat(late.served).hasSize(15);
        assertThat(late.longestWait).as("seed " + seed).isLessThanOrEqualTo(Duration.ofMillis(2_500));
    }

    @Test
    @DisplayName("latecomer with all of its share at once has it within half a minute, though some are told to come again")
    void latecomerThatComesAtOnce() {
        sharer("greedy", 4).asks(30);
        time.advance(Duration.ofMinutes(5).plusMillis(random.nextInt(60_000)));

        Sharer late = sharer("late", 4).asks(15);
        time.advance(Duration.ofSeconds(30));

        assertThat(late.served).as("seed " + seed).hasSizeGreaterThanOrEqualTo(15);
    }

    @Test
    void greedyOnesHaveEqualShares() {
        List<Sharer> all = IntStream.range(0, 4).mapToObj(i -> sharer("s" + i, 4)).toList();
        for (Sharer each : all) {
            each.asks(1 + random.nextInt(40));
            time.advance(Duration.ofMillis(random.nextInt(20_000)));
        }
        time.advance(Duration.ofMinutes(3));

        Instant from = time.now();
        time.advance(Duration.ofMinutes(10));

        assertThat(all).allSatisfy(each -> assertThat(each.servedSince(from)).as("seed " + seed).isBetween(120L, 180L));
    }

    @Test
    void thoseThatWantLessHaveItAndTheOthersHaveTheRest() {
        Sharer greedy = sharer("greedy", 4).asks(30);
        Sharer other = sharer("other greedy", 4).asks(30);
        Sharer modest = sharer("modest", 4);
        time.advance(Duration.ofMinutes(3));

        Instant from = time.now();
        for (int i = 0; i < 100; i++) {
            modest.ask(time.now());
            time.advance(Duration.ofSeconds(6));
        }

        assertThat(modest.refused).as("seed " + seed).isZero();
        assertThat(modest.served).hasSize(100);
        assertThat(greedy.servedSince(from) + other.servedSince(from)).as("seed " + seed).isBetween(450L, 500L);
        assertThat(Math.abs(greedy.servedSince(from) - other.servedSince(from))).as("seed " + seed).isLessThan(40);
    }

    @Test
    void twiceAsManyAsThereAreCallsAreAllServed() {
        List<Sharer> all = IntStream.range(0, 2 * CALLS).mapToObj(i -> sharer("s" + i, 2 * CALLS).asks(1)).toList();

        time.advance(Duration.ofMinutes(30));

        // 15 each, as chance has it: who comes again when it was told to can be a moment too late.
        assertThat(all).allSatisfy(each -> assertThat(each.served).as("seed " + seed).hasSizeBetween(1, 45));
    }

    @Test
    void noneOfAThousandTakesTheTurnOfOthers() {
        List<Sharer> all = IntStream.range(0, 1_000).mapToObj(i -> sharer("s" + i, 1_000).asks(1)).toList();

        time.advance(Duration.ofMinutes(5));

        assertThat(all).allSatisfy(each -> assertThat(each.served).as("seed " + seed).hasSizeLessThanOrEqualTo(10));
        assertThat(starts).as("seed " + seed).hasSizeBetween(5 * 58, 6 * CALLS);
    }

    /** Anonymous callers are one sharer, however many they are. */
    @Test
    void anonymousCallersAndTwoGreedyClientsTakeNothingFromTheOtherTwo() {
        for (int i = 0; i < 20; i++) {
            sharer(one("address " + i, "anonymous", 5)).asks(10);
        }
        sharer("a", 5).asks(30);
        sharer("b", 5).asks(30);
        for (Sharer modest : List.of(sharer("c", 5), sharer("d", 5))) {
            for (int i = 0; i < 12; i++) {
                modest.ask(time.now());
            }
            assertThat(modest.served).as("from the first moment").hasSize(12);
        }
        time.advance(Duration.ofMinutes(5));

        List<Sharer> late = List.of(sharer("c", 5), sharer("d", 5));
        for (int i = 0; i < 60; i++) {
            for (Sharer modest : late) {
                modest.ask(time.now());
            }
            time.advance(Duration.ofMillis(6_000 + random.nextInt(1_000)));
        }

        assertThat(late).allSatisfy(modest -> assertThat(modest.refused).as("seed " + seed).isZero());
    }
}
