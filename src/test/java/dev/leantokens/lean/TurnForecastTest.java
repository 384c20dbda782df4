package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.leantokens.lean.CallWindow.Grade;
import dev.leantokens.lean.CallWindow.Limits;
import dev.leantokens.lean.CallWindow.Standing;
import dev.leantokens.lean.TurnForecast.Queue;

/** When it is whose turn, of 12 calls a minute and four sharers. */
class TurnForecastTest {

    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    private static final Duration LONGEST_CALL = Duration.ofSeconds(3);

    private final CallWindow window = new CallWindow(new Limits(12, 6, 4, LONGEST_CALL));
    private final TurnForecast forecast = new TurnForecast(window);
    private Instant now = START;

    @Test
    void callWithinTheShareIsMadeAtOnceWhileCallsAreLeft() {
        use("a", 11);

        assertThat(turn("b", 0)).isEqualTo(now);
    }

    @Test
    void callWithinTheShareWaitsForTheCallsBeforeIt() {
        for (int i = 0; i < 12; i++) {
            use("a", 1);
            advance(1);
        }

        assertThat(turn("b", 0)).isEqualTo(START.plusSeconds(60));
        assertThat(turn("b", 2)).isEqualTo(START.plusSeconds(62));
        // Three calls of each of the others come first: those sharers have no more calls than this one by then.
        assertThat(turn("b", 2, queue("c", 3), queue("d", 3))).isEqualTo(START.plusSeconds(68));
        assertThat(turn("b", 0, queue("c", 3), queue("d", 3))).isEqualTo(START.plusSeconds(62));
    }

    @Test
    void sharerWithAsManyCallsThatWaitsLongerGoesFirst() {
        use("a", 3);
        use("b", 3);

        assertThat(turn("a", 0, queue("b", 1))).isAfter(turn("a", 0));
    }

    @Test
    void loanThatIsNotUsedDoesNotDelayTheNextOne() {
        use("a", 3);
        advance(5);
        CallPermit borrowed = permit(accepted("a"));
        assertThat(turn("a", 0)).isAfter(now);

        window.end(borrowed, false, now);

        assertThat(turn("a", 0)).isEqualTo(now);
    }

    @Test
    void callsBeyondTheSharesOfOthersDoNotComeBeforeOneWithinTheShare() {
        use("a", 12);

        assertThat(turn("b", 0, queue("a", 20))).isEqualTo(START.plusSeconds(60));
    }

    @Test
    void callsThatAreUnderWayComeBackAfterTheLongestCallAndAMinute() {
        for (int i = 0; i < 12; i++) {
            permit(accepted("a"));
        }

        assertThat(turn("b", 0)).isEqualTo(now.plus(LONGEST_CALL).plusSeconds(60));
    }

    @Test
    void borrowedCallsAreMadeOneInEachInterval() {
        use("a", 3);

        // 12 calls could be borrowed when the first call was made, and 9 can be now.
        assertThat(turn("a", 0)).isEqualTo(START.plusSeconds(5));
        Duration interval = Duration.ofMinutes(1).dividedBy(9);
        assertThat(turn("a", 2)).isEqualTo(START.plusSeconds(5).plus(interval.multipliedBy(2)));
    }

    @Test
    void borrowerWaitsForSharersWithFewerCalls() {
        use("a", 4);
        use("b", 3);

        // The fourth call of b and the fifth of a are borrowed. The share of b is in use.
        Duration alone = Duration.between(now, turn("a", 0));
        assertThat(Duration.between(now, turn("a", 0, queue("b", 1)))).isGreaterThan(alone);
        assertThat(Duration.between(now, turn("b", 0, queue("a", 1)))).isEqualTo(alone);
    }

    @Test
    void borrowerWaitsNoLongerThanForItsShare() {
        use("a", 3);
        advance(59);

        // It would borrow its second call after an interval of 6.7 s.
        assertThat(turn("a", 1)).isEqualTo(START.plusSeconds(60));
    }

    @Test
    void firstAccountHasHalfOfTheTriesAndTheNextHalfOfTheRest() {
        assertThat(turnOfTry("one", 0, 0)).isEqualTo(now);
        use(tried("one"), 1);
        advance(1);
        use(tried("one"), 1);

        assertThat(turnOfTry("one", 0, 0)).as("when its first try comes back").isEqualTo(START.plusSeconds(60));
        assertThat(turnOfTry("two", 0, 0)).isEqualTo(now);
        assertThat(turnOfTry("two", 1, 1)).as("behind its own").isEqualTo(START.plusSeconds(60));
        assertThat(turnOfTry("one", 4, 4)).as("not before those under way").isEqualTo(now.plus(LONGEST_CALL).plusSeconds(60));
    }

    @Test
    void triesOfTwoAccountsThatEndedTogetherComeBackTogether() {
        use(tried("one"), 2);
        use(tried("two"), 1);
        advance(1);

        // Two more tries wait, so that all three have to come back first.
        assertThat(turnOfTry("one", 1, 2)).isEqualTo(START.plusSeconds(60));
        assertThat(turnOfTry("two", 1, 2)).isEqualTo(START.plusSeconds(60));
    }

    @Test
    void tryNeedsACallThatIsLeft() {
        use("a", 12);

        assertThat(turnOfTry("one", 0, 0)).isEqualTo(START.plusSeconds(60));
    }

    private Instant turn(String sharer, int waiting, Queue... others) {
        return forecast.turn(queue(sharer, waiting), List.of(others), now);
    }

    private Instant turnOfTry(String account, int waiting, int waitingOfAll) {
        return forecast.turnOfTry(new Queue(tried(account), waiting), waitingOfAll, now);
    }

    private static Queue queue(String sharer, int calls) {
        return new Queue(accepted(sharer), calls);
    }

    private static Standing accepted(String sharer) {
        return new Standing(sharer, 3, true, "service");
    }

    private static Standing tried(String account) {
        return new Standing(account, 0, false, "secret of " + account);
    }

    private void use(String sharer, int calls) {
        use(accepted(sharer), calls);
    }

    private void use(Standing standing, int calls) {
        List<CallPermit> permits = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            permits.add(permit(standing));
        }
        permits.forEach(permit -> window.end(permit, true, now));
    }

    private CallPermit permit(Standing standing) {
        Grade grade = window.withinShare(standing, 1) > 0 ? Grade.WITHIN_SHARE : Grade.BORROWED;
        return window.permit(null, standing, grade, false, now);
    }

    private void advance(int seconds) {
        now = now.plusSeconds(seconds);
        window.advance(now);
    }
}
