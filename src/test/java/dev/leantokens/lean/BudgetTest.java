package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import dev.leantokens.lean.Budget.Kind;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.Requester;
import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;

class BudgetTest {

    private static final String CLIENT = "client";
    private static final Duration LONGEST_CALL = Duration.ofSeconds(3);

    private final TestClock clock = new TestClock();
    private final Budget budget = new Budget(4, LONGEST_CALL, clock);

    @Test
    void callsBeyondTheBudgetAreToldAtOnceWhenToComeBack() {
        use(CLIENT);
        clock.advance(Duration.ofSeconds(10));
        use(CLIENT, CLIENT, CLIENT);
        clock.advance(Duration.ofSeconds(5));

        TokenException refusal = refusal(CLIENT, Kind.CALLERS);

        assertThat(refusal.error()).isEqualTo(TokenError.BUDGET_SPENT);
        assertThat(refusal.response().retryAfter()).contains(Duration.ofSeconds(45));
    }

    @Test
    void whoComesBackThenIsServed() {
        use(CLIENT, CLIENT, CLIENT, CLIENT);
        Duration wait = refusal(CLIENT, Kind.CALLERS).response().retryAfter().orElseThrow();
        clock.advance(wait.minusMillis(1));
        refusal(CLIENT, Kind.CALLERS);

        clock.advance(Duration.ofMillis(1));

        use(CLIENT);
    }

    @Test
    void callCountsUntilAMinuteAfterItsEnd() {
        Budget.Permit slow = budget.take(CLIENT, Kind.CALLERS, Requester.SERVICE);
        use(CLIENT, CLIENT, CLIENT);
        clock.advance(Duration.ofSeconds(3));
        slow.used();
        clock.advance(Duration.ofSeconds(57));

        use(CLIENT, CLIENT, CLIENT);
        assertThat(refusal(CLIENT, Kind.CALLERS).response().retryAfter()).contains(Duration.ofSeconds(3));
    }

    @Test
    void whileAllCallsAreUnderWayTheLastOfThemIsReckonedWith() {
        for (int i = 0; i < 4; i++) {
            budget.take(CLIENT, Kind.CALLERS, Requester.SERVICE);
        }

        assertThat(refusal(CLIENT, Kind.CALLERS).response().retryAfter()).contains(Duration.ofSeconds(63));
    }

    @Test
    void callThatWasNotMadeDoesNotCount() {
        for (int i = 0; i < 20; i++) {
            budget.take(CLIENT, Kind.OPTIONAL, Requester.SERVICE).unused();
        }

        use(CLIENT, CLIENT, CLIENT, CLIENT);
    }

    @Test
    void whatIsLeftIsKnown() {
        assertThat(budget.left("never seen")).isEqualTo(4);
        budget.take(CLIENT, Kind.CALLERS, Requester.SERVICE);
        use(CLIENT, CLIENT);
        assertThat(budget.left("CLIENT")).isEqualTo(1);

        clock.advance(Budget.WINDOW);
        assertThat(budget.left(CLIENT)).as("one is under way still").isEqualTo(3);
        assertThat(budget.size()).as("whoever asks makes no account").isOne();
    }

    @Test
    void clientsHaveABudgetEach() {
        use("a", "a", "a", "a");

        use("b");
    }

    @Test
    void callsThatCouldBeLeftUndoneGetHalfOfIt() {
        budget.take(CLIENT, Kind.OPTIONAL, Requester.SERVICE).used();
        budget.take(CLIENT, Kind.OPTIONAL, Requester.SERVICE).used();

        assertThat(refusal(CLIENT, Kind.OPTIONAL).error()).isEqualTo(TokenError.BUDGET_SPENT);
        use(CLIENT, CLIENT);
        refusal(CLIENT, Kind.CALLERS);
    }

    @Test
    void callsThatCouldBeLeftUndoneGetNoneOfWhatIsSpent() {
        use(CLIENT, CLIENT, CLIENT, CLIENT);

        refusal(CLIENT, Kind.OPTIONAL);
    }

    @Test
    void oneOfSeveralThatShareGetsHalfOfIt() {
        Requester payments = sharing("payments");
        Requester agents = sharing("agents");
        budget.take(CLIENT, Kind.OWN, payments).used();
        clock.advance(Duration.ofSeconds(10));
        budget.take(CLIENT, Kind.OWN, payments).used();

        TokenException refusal = catchThrowableOfType(TokenException.class, () -> budget.take(CLIENT, Kind.OWN, payments));
        assertThat(refusal.error()).isEqualTo(TokenError.BUDGET_SPENT);
        assertThat(refusal.getMessage()).contains("one of several");
        assertThat(refusal.response().retryAfter()).contains(Duration.ofSeconds(50));
        budget.take(CLIENT, Kind.OWN, agents).used();
        budget.take(CLIENT, Kind.OWN, Requester.SERVICE).used();
        assertThatThrownBy(() -> budget.take(CLIENT, Kind.OWN, agents)).hasMessageContaining("as Lean allows");

        clock.advance(Duration.ofSeconds(50));
        budget.take(CLIENT, Kind.OWN, payments).used();
    }

    @Test
    void callThatIsRefusedForOneReasonCountsForNone() {
        Requester payments = sharing("payments");
        budget.take(CLIENT, Kind.OWN, payments).used();
        budget.take(CLIENT, Kind.OWN, payments).unused();
        budget.take(CLIENT, Kind.OPTIONAL, payments).used();
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> budget.take(CLIENT, Kind.OPTIONAL, payments)).isInstanceOf(TokenException.class);
        }

        use(CLIENT, CLIENT);
    }

    @Test
    void smallestBudgetHasRoomForOneOfEitherKind() {
        Budget one = new Budget(1, LONGEST_CALL, clock);
        one.take("a", Kind.OPTIONAL, Requester.SERVICE).used();
        one.take("b", Kind.CALLERS, Requester.SERVICE).used();

        assertThatThrownBy(() -> one.take("a", Kind.CALLERS, Requester.SERVICE)).isInstanceOf(TokenException.class);
    }

    /** Lean sees a call at some time between its begin and its end: whenever that is, it sees no more than allowed. */
    @Test
    void leanNeverSeesMoreInAnyMinute() {
        qt().withExamples(500).forAll(integers().between(1, 10),
                lists().of(integers().between(0, 19_999)).ofSizeBetween(1, 200)).checkAssert((limit, steps) -> {
                    TestClock time = new TestClock();
                    Budget its = new Budget(limit, LONGEST_CALL, time);
                    List<Instant> seen = new ArrayList<>();
                    for (int step : steps) {
                        time.advance(Duration.ofMillis(step / 2 % 5_000));
                        try {
                            Budget.Permit permit = its.take(CLIENT, step % 2 == 0 ? Kind.OPTIONAL : Kind.OWN,
                                    Requester.SERVICE);
                            Instant begin = time.instant();
                            time.advance(Duration.ofMillis(step / 7 % 3_000));
                            seen.add(step % 3 == 0 ? begin : time.instant());
                            permit.used();
                        } catch (TokenException refused) {
                            assertThat(refused.response().retryAfter().orElseThrow()).isPositive()
                                    .isLessThanOrEqualTo(Duration.ofSeconds(63));
                        }
                    }
                    for (int i = 0; i + limit < seen.size(); i++) {
                        assertThat(Duration.between(seen.get(i), seen.get(i + limit)))
                                .isGreaterThanOrEqualTo(Duration.ofMinutes(1));
                    }
                });
    }

    @Test
    void threadsTogetherGetNoMoreThanThereIs() throws Exception {
        int threads = 16;
        Budget fifty = new Budget(50, LONGEST_CALL, clock);
        AtomicInteger granted = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            executor.execute(() -> {
                for (int n = 0; n < 100; n++) {
                    try {
                        fifty.take(CLIENT, Kind.CALLERS, Requester.SERVICE).used();
                        granted.incrementAndGet();
                    } catch (TokenException refused) {
                        // The budget is spent.
                    }
                }
                done.countDown();
            });
        }
        done.await();
        executor.shutdown();

        assertThat(granted).hasValue(50);
    }

    @Test
    void caseOfAnIdMakesNoOtherClient() {
        use("aa-bb", "AA-bb", "aa-BB", "Aa-Bb");

        refusal("AA-BB", Kind.CALLERS);
    }

    @Test
    void clientsThatCallersMakeUpNeitherFillTheMemoryNorHaveAnyoneForgotten() {
        use(CLIENT, CLIENT, CLIENT, CLIENT);
        for (int i = 1; i < Budget.MAX_CLIENTS; i++) {
            use("client-" + i);
        }

        assertThat(refusal("one-too-many", Kind.CALLERS).response().retryAfter()).contains(Duration.ofMinutes(1));
        assertThat(refusal(CLIENT, Kind.CALLERS).error()).isEqualTo(TokenError.BUDGET_SPENT);
        assertThat(budget.size()).isEqualTo(Budget.MAX_CLIENTS);

        // The service's own id is always served, and the others once it is a minute later.
        budget.take("own", Kind.OWN, Requester.SERVICE).used();
        clock.advance(Duration.ofMinutes(1));
        use("one-too-many");
        assertThat(budget.size()).isEqualTo(1);
    }

    @Test
    void clientThatHasACallUnderWayIsNotForgotten() {
        Budget.Permit permit = budget.take("under way", Kind.CALLERS, Requester.SERVICE);
        for (int i = 1; i < Budget.MAX_CLIENTS; i++) {
            use("client-" + i);
        }
        clock.advance(Duration.ofMinutes(1));
        use("another");

        assertThat(budget.size()).isEqualTo(2);
        permit.used();
    }

    private void use(String... clients) {
        for (String client : clients) {
            budget.take(client, Kind.CALLERS, Requester.SERVICE).used();
        }
    }

    private TokenException refusal(String client, Kind kind) {
        TokenException refusal = catchThrowableOfType(TokenException.class, () -> budget.take(client, kind, Requester.SERVICE));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private static Requester sharing(String account) {
        return new Requester() {

            @Override
            public String account() {
                return account;
            }

            @Override
            public boolean shares() {
                return true;
            }
        };
    }
}
