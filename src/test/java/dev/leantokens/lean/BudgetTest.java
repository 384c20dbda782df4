package dev.leantokens.lean;

import static dev.leantokens.lean.Requests.alone;
import static dev.leantokens.lean.Requests.ofCaller;
import static dev.leantokens.lean.Requests.ofService;
import static dev.leantokens.lean.Requests.one;
import static dev.leantokens.lean.Requests.optional;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.smallrye.mutiny.Uni;

class BudgetTest {

    private static final Duration LONGEST_CALL = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(7);
    private static final int SEATS = 100;

    private final SimulatedTime time = new SimulatedTime();
    private final Budget budget = budget(4);

    private Budget budget(int calls) {
        return Requests.budget(calls, LONGEST_CALL, time, 2 * SEATS);
    }

    /** Mutiny's context propagation sets itself up at first use, which two threads must not do at once. Quarkus sees to it. */
    @BeforeAll
    static void setMutinyUp() {
        Uni.createFrom().emitter(emitter -> emitter.complete("ready")).await().indefinitely();
    }

    @Test
    void callsBeyondTheBudgetAreToldAtOnceWhenToComeBack() {
        use(1);
        time.advance(Duration.ofSeconds(10));
        use(3);
        time.advance(Duration.ofSeconds(5));

        TokenException refusal = refusal(ofService(alone()));

        assertThat(refusal.error()).isEqualTo(TokenError.BUDGET_SPENT);
        assertThat(refusal.response().retryAfter()).contains(Duration.ofSeconds(45));
    }

    @Test
    void whoComesBackThenIsServed() {
        use(4);
        Duration wait = refusal(ofService(alone())).response().retryAfter().orElseThrow();
        time.advance(wait.minus(PATIENCE).minusMillis(1));
        refusal(ofService(alone()));

        time.advance(Duration.ofMillis(1));

        CompletableFuture<CallPermit> waits = take(ofService(alone()));
        assertThat(waits).isNotDone();
        time.advance(PATIENCE);
        assertThat(waits).isCompleted();
    }

    @Test
    void callCountsUntilAMinuteAfterItsEnd() {
        CallPermit slow = permit(ofService(alone()));
        use(3);
        time.advance(Duration.ofSeconds(3));
        slow.used();
        time.advance(Duration.ofSeconds(57));

        use(3);
        CompletableFuture<CallPermit> waits = take(ofService(alone()));
        time.advance(Duration.ofMillis(2_999));
        assertThat(waits).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(waits).isCompleted();
    }

    @Test
    void whileAllCallsAreUnderWayTheLastOfThemIsReckonedWith() {
        for (int i = 0; i < 4; i++) {
            permit(ofService(alone()));
        }

        assertThat(refusal(ofService(alone())).response().retryAfter()).contains(Duration.ofSeconds(63));
    }

    @Test
    void callThatWasNotMadeDoesNotCount() {
        for (int i = 0; i < 20; i++) {
            permit(optional(alone())).unused();
        }

        use(4);
    }

    @Test
    void callThatIsGivenBackGoesToTheOneThatWaits() {
        use(3);
        time.advance(Duration.ofSeconds(55));
        CallPermit unused = permit(ofService(alone()));
        CompletableFuture<CallPermit> first = take(ofService(alone()));
        CompletableFuture<CallPermit> second = take(ofService(alone()));

        unused.unused();

        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        time.advance(Duration.ofSeconds(5));
        assertThat(second).isCompleted();
    }

    @Test
    void noMoreCallsWaitThanCanBeMadeInTime() {
        use(4);
        time.advance(Duration.ofSeconds(55));
        List<CompletableFuture<CallPermit>> waiting = takeAll(4, ofService(alone()));
        assertThat(waiting).noneMatch(CompletableFuture::isDone);

        assertThat(refusal(ofService(alone())).response().retryAfter()).as("after the next four")
                .contains(Duration.ofSeconds(63));

        time.advance(Duration.ofSeconds(5));
        assertThat(waiting).allMatch(CompletableFuture::isDone);
        assertThat(time.timers()).as("nothing waits any longer").isZero();
    }

    @Test
    void callThatIsOvertakenIsSentAwayWhenItsPatienceEnds() {
        // Two sharers, of which one has had its share and all that the other one left.
        CallerAccount greedy = one("greedy", "greedy", 2);
        CallerAccount modest = one("modest", "modest", 2);
        use(2, greedy);
        time.advance(Duration.ofSeconds(20));
        use(1, greedy);
        time.advance(Duration.ofSeconds(30));
        use(1, greedy);
        time.advance(Duration.ofSeconds(5));
        List<CompletableFuture<CallPermit>> overtaken = takeAll(2, ofService(greedy));
        List<CompletableFuture<CallPermit>> served = takeAll(2, ofService(modest));
        assertThat(overtaken).noneMatch(CompletableFuture::isDone);

        time.advance(PATIENCE);

        assertThat(served).allMatch(CallerOutcome::permitted);
        assertThat(overtaken).noneMatch(CallerOutcome::permitted);
        assertThatThrownBy(overtaken.get(1)::join).cause().isInstanceOfSatisfying(TokenException.class, refusal -> {
            assertThat(refusal.error()).isEqualTo(TokenError.BUDGET_SPENT);
            assertThat(refusal.response().retryAfter()).contains(Duration.ofSeconds(18));
        });
    }

    @Test
    void whatIsLeftIsKnown() {
        assertThat(budget.left("never seen")).isEqualTo(4);
        permit(ofService(alone()));
        use(2);
        assertThat(budget.left("SERVICE")).isEqualTo(1);

        time.advance(Budget.WINDOW);
        assertThat(budget.left(Requests.SERVICE)).as("one is under way still").isEqualTo(3);
        assertThat(budget.size()).as("whoever asks makes no account").isOne();
    }

    @Test
    void clientsHaveABudgetEach() {
        use(4);

        permit(ofCaller("another", "secret", true, "a"));
    }

    @Test
    void caseOfAnIdMakesNoOtherClient() {
        for (String id : List.of("aa-bb", "AA-bb", "aa-BB", "Aa-Bb")) {
            permit(ofCaller(id, "secret", true, "a")).used();
        }

        refusal(ofCaller("AA-BB", "secret", true, "a"));
    }

    @Test
    void callsThatCouldBeLeftUndoneGetHalfAndDoNotWait() {
        permit(optional(alone())).used();
        time.advance(Duration.ofSeconds(55));
        permit(optional(alone())).used();

        TokenException refusal = refusal(optional(alone()));
        assertThat(refusal).hasMessageContaining("fresh tokens are limited");
        assertThat(refusal.response().retryAfter()).contains(Duration.ofSeconds(5));
        use(2);
        refusal(optional(alone()));
        assertThat(take(ofService(alone()))).as("one that is needed waits").isNotDone();
    }

    @Test
    void callThatCouldBeLeftUndoneDoesNotOvertakeOneThatWaits() {
        Budget sixty = budget(60);
        CallerAccount greedy = one("greedy", "greedy", 60);
        permit(sixty, ofService(greedy)).used();
        assertThat(take(sixty, ofService(greedy))).as("borrows the next one in a while").isNotDone();

        refusal(sixty, optional(one("modest", "modest", 60)));
    }

    @Test
    void smallestBudgetHasRoomForOneOfEitherKind() {
        Budget one = budget(1);
        one.take(optional(alone()), Duration.ZERO).await().indefinitely().used();
        one.take(ofCaller("b", "secret", false, "a"), Duration.ZERO).await().indefinitely().used();

        assertThatThrownBy(() -> one.take(ofService(alone()), Duration.ZERO).await().indefinitely())
                .isInstanceOf(TokenException.class);
    }

    @Test
    void sharerGetsItsShareAtOnceAndBorrowsTheRestOneByOne() {
        Budget sixty = budget(60);
        CallerAccount greedy = one("greedy", "greedy", 4);
        for (int i = 0; i < 15; i++) {
            assertThat(take(sixty, ofService(greedy))).isCompleted();
        }
        // The others have their shares first, and 45 calls are left to borrow in 60 s; they were 60 before.
        CompletableFuture<CallPermit> first = take(sixty, ofService(greedy));
        CompletableFuture<CallPermit> next = take(sixty, ofService(greedy));
        time.advance(Duration.ofMillis(1_000));
        assertThat(first).isCompleted();
        time.advance(Duration.ofMillis(1_333));
        assertThat(next).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(next).isCompleted();

        takeAll(5, sixty, ofService(greedy));
        TokenException refusal = refusal(sixty, ofService(greedy));
        assertThat(refusal).hasMessageContaining("has used its share");
        assertThat(refusal.response().retryAfter().orElseThrow().toSeconds()).isEqualTo(7);
        for (String modest : List.of("b", "c", "d")) {
            for (int i = 0; i < 12; i++) {
                assertThat(take(sixty, ofService(one(modest, modest, 4)))).isCompleted();
            }
        }
    }

    /** The interval between borrowed calls follows from how many can be borrowed now, and not when one was borrowed last. */
    @Test
    void sharesThatComeBackCanBeBorrowedAtOnce() {
        Budget sixty = budget(60);
        for (int i = 0; i < 59; i++) {
            permit(sixty, ofService(one("sharer " + i / 15, "sharer " + i / 15, 4))).used();
        }
        time.advance(Duration.ofSeconds(55));
        CallerAccount greedy = one("sharer 0", "sharer 0", 4);
        permit(sixty, ofService(greedy)).used();
        time.advance(Duration.ofSeconds(5));
        for (int i = 0; i < 15; i++) {
            permit(sixty, ofService(greedy)).used();
        }

        CompletableFuture<CallPermit> waits = take(sixty, ofService(greedy));

        time.advance(Duration.ofMillis(1_334));
        assertThat(waits).as("44 are left, and nobody else wants them").isCompleted();
    }

    @Test
    void callersThatHaveNoCredentialsAreOneSharerWhoseAddressesTakeTurns() {
        Budget sixty = budget(60);
        for (int i = 0; i < 30; i++) {
            assertThat(take(sixty, ofService(one("address " + i, "anonymous", 2)))).isCompleted();
        }
        time.advance(Duration.ofSeconds(1));
        assertThat(take(sixty, ofService(one("address crowd", "anonymous", 2)))).isCompleted();
        time.advance(Duration.ofMillis(100));
        List<CompletableFuture<CallPermit>> crowd = takeAll(2, sixty, ofService(one("address crowd", "anonymous", 2)));
        CompletableFuture<CallPermit> other = take(sixty, ofService(one("address other", "anonymous", 2)));
        assertThat(take(sixty, ofService(one("local client", "local client", 2)))).isCompleted();

        time.advance(Duration.ofMillis(4_100));
        assertThat(crowd.get(0)).isCompleted();
        assertThat(crowd.get(1)).isNotDone();
        assertThat(other).isCompleted();
    }

    @Test
    void credentialsThatLeanHasNotAcceptedGetATenthHalfOfItFromOneAddress() {
        Budget sixty = budget(60);
        List<CompletableFuture<CallPermit>> tries = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            tries.add(take(sixty, ofCaller("b", "guess-" + i, false, "attacker")));
        }
        assertThat(tries).filteredOn(CallerOutcome::permitted).hasSize(3);
        assertThatThrownBy(tries.get(59)::join).hasMessageContaining("has not accepted before");
        assertThat(take(sixty, ofCaller("b", "right", false, "other address"))).isCompleted();

        for (int i = 0; i < 56; i++) {
            assertThat(take(sixty, ofCaller("b", "right", true, "attacker"))).isCompleted();
        }
    }

    @Test
    void triesWithTheServicesIdTakeNothingFromTheShares() {
        Budget sixty = budget(60);
        for (int i = 0; i < 20; i++) {
            take(sixty, ofCaller(Requests.SERVICE, "guess-" + i, false, "address " + i % 4));
        }

        List<String> sharers = List.of("a", "b", "c", "d");
        List<Long> served = sharers.stream().map(sharer -> one(sharer, sharer, 4, true))
                .map(sharer -> takeAll(20, sixty, ofService(sharer)).stream().filter(CallerOutcome::permitted).count())
                .toList();

        assertThat(served).containsExactly(13L, 13L, 13L, 13L);
    }

    @Test
    void oneAloneHasAllThatTriesLeave() {
        Budget sixty = budget(60);

        for (int i = 0; i < 60; i++) {
            assertThat(take(sixty, ofService(one("only", "only", 1, true)))).isCompleted();
        }
    }

    @Test
    void triesOfManyAddressesLeaveNineTenths() {
        Budget sixty = budget(60);
        List<CompletableFuture<CallPermit>> tries = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            tries.add(take(sixty, ofCaller("b", "guess-" + i, false, "address " + i)));
        }

        assertThat(tries).filteredOn(CallerOutcome::permitted).hasSize(6);
        for (int i = 0; i < 54; i++) {
            assertThat(take(sixty, ofCaller("b", "right", true, "one"))).isCompleted();
        }
        refusal(sixty, ofCaller("b", "right", true, "one"));
    }

    @Test
    void firstCallsWithNewCredentialsWaitForTheOneThatTriesThem() {
        Budget sixty = budget(60);
        CallPermit first = permit(sixty, ofCaller("b", "right", false, "one"));
        List<CompletableFuture<CallPermit>> others = takeAll(59, sixty, ofCaller("b", "right", false, "one"));
        assertThat(others).noneMatch(CompletableFuture::isDone);
        assertThat(refusal(sixty, ofCaller("b", "right", false, "one")).response().retryAfter()).as("more than Lean allows")
                .contains(Duration.ofSeconds(63));

        first.accepted();

        assertThat(others).allMatch(CallerOutcome::permitted);
    }

    @Test
    void oneCallAtATimeTriesCredentialsAlsoIfARequestWasSentOnceMore() {
        Budget sixty = budget(60);
        CallPermit first = permit(sixty, ofCaller("b", "right", false, "one"));
        CallPermit sentOnceMore = first.another().orElseThrow();
        List<CompletableFuture<CallPermit>> others = takeAll(3, sixty, ofCaller("b", "right", false, "two"));

        first.used();
        sentOnceMore.used();

        assertThat(others).filteredOn(CompletableFuture::isDone).hasSize(1);
    }

    @Test
    void callsThatWaitForATryThatLeanRefusesAreRefusedAlike() {
        TokenException refused = TokenError.CALLER_REFUSED.because("no");
        CallPermit first = permit(ofCaller("b", "wrong", false, "one"));
        List<CompletableFuture<CallPermit>> others = takeAll(2, ofCaller("b", "wrong", false, "one"));

        first.refused(refused);

        assertThat(others).allSatisfy(other -> assertThatThrownBy(other::join).hasCause(refused));
        assertThat(budget.left("b")).isEqualTo(3);
        assertThat(time.timers()).isZero();
    }

    @Test
    void callerWithTheServicesOwnSecretGetsWhatTheServiceLeaves() {
        Budget sixty = budget(60);
        assertThat(take(sixty, ofCaller("SERVICE", "right", true, "one"))).isCompleted();
        CompletableFuture<CallPermit> next = take(sixty, ofCaller("SERVICE", "right", true, "one"));
        assertThat(next).isNotDone();
        for (int i = 0; i < 59; i++) {
            assertThat(take(sixty, ofService(alone()))).isCompleted();
        }
    }

    @Test
    void requestThatIsSentOnceMoreNeedsAnotherCall() {
        CallPermit first = permit(ofService(alone()));
        use(2);

        assertThat(first.another()).hasValueSatisfying(CallPermit::used);
        assertThat(first.another()).isEmpty();
    }

    @Test
    void callWaitsInTheLineOfEachRequesterAndIsChargedToTheOneWhoseTurnComes() {
        Budget sixty = budget(60);
        CallerAccount greedy = one("greedy", "greedy", 4);
        takeAll(19, sixty, ofService(greedy));
        CallerAccounts call = new CallerAccounts(greedy, Purpose.NEED);
        CompletableFuture<CallPermit> waits = take(sixty, ofService(call));
        assertThat(waits).isNotDone();

        call.join(one("modest", "modest", 4), Purpose.NEED);

        assertThat(waits).isCompleted();
        assertThat(IntStream.range(0, 15)
                .filter(i -> take(sixty, ofService(one("modest", "modest", 4))).isDone())).as("its share, less one, and")
                .hasSize(14);
    }

    @Test
    void callOfACrowdHasTheBestPlaceOfAll() {
        Budget sixty = budget(60);
        CallerAccount greedy = one("greedy", "greedy", 2);
        takeAll(30, sixty, ofService(greedy));
        takeAll(1, sixty, ofService(one("first of crowd", "crowd", 2)));
        CallerAccounts call = new CallerAccounts(greedy, Purpose.NEED);
        for (int i = 0; i < 1_000; i++) {
            call.join(one("greedy " + i, "greedy", 2), Purpose.NEED);
        }
        CompletableFuture<CallPermit> waits = take(sixty, ofService(call));
        assertThat(waits).isNotDone();

        call.join(one("modest", "crowd", 2), Purpose.NEED);

        assertThat(waits).isCompleted();
        assertThat(time.timers()).isZero();
    }

    /** It was the square of their number: 8,000 accounts that waited for two calls held an event loop up for half a minute. */
    @Test
    void timeThatACrowdTakesGrowsWithItsNumberAlone() {
        int crowd = 8_000;
        Budget sixty = budget(60);
        for (int i = 0; i < 60; i++) {
            permit(sixty, ofService(one("other " + i, "other " + i, crowd))).used();
        }
        time.advance(Duration.ofSeconds(54));
        CallerAccounts call = new CallerAccounts(alone(), Purpose.NEED);
        CompletableFuture<CallPermit> waits = take(sixty, ofService(call));

        assertTimeout(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < crowd; i++) {
                call.join(one("account " + i, "account " + i, crowd), Purpose.NEED);
            }
            take(sixty, ofService(call));
        });

        assertThat(waits).isNotDone();
        time.advance(Duration.ofSeconds(6));
        assertThat(waits).isCompleted();
    }

    @Test
    void callOfSeveralCanBeginByAnyOfThem() {
        Budget sixty = budget(60);
        CallerAccount greedy = one("greedy", "greedy", 60);
        takeAll(2, sixty, ofService(greedy));
        CallerAccounts call = new CallerAccounts(greedy, Purpose.NEED);
        call.join(one("modest", "modest", 60), Purpose.NEED);

        assertThat(take(sixty, ofService(call))).isCompleted();
    }

    @Test
    void replacementThatACallerNeedsIsNoReplacementAnyMore() {
        use(2);
        permit(optional(alone())).used();
        permit(optional(alone())).unused();
        CallerAccounts call = new CallerAccounts(alone(), Purpose.REPLACEMENT);
        call.join(alone(), Purpose.NEED);
        time.advance(Duration.ofSeconds(55));
        permit(optional(alone())).used();

        assertThat(take(ofService(call))).as("waits for its turn").isNotDone();
    }

    /** Lean sees a call at some time between its begin and its end: whenever that is, it sees no more than allowed. */
    @Test
    void leanNeverSeesMoreInAnyMinute() {
        qt().withExamples(500).forAll(integers().between(1, 10),
                lists().of(integers().between(0, 19_999)).ofSizeBetween(1, 200)).checkAssert((limit, steps) -> {
                    SimulatedTime its = new SimulatedTime();
                    Budget small = Requests.budget(limit, LONGEST_CALL, its, 2 * SEATS);
                    List<Instant> seen = new ArrayList<>();
                    for (int step : steps) {
                        its.advance(Duration.ofMillis(step / 2 % 5_000));
                        CallerAccount requester = one("r" + step % 5, "r" + step % 5, 1 + step % 7);
                        CompletableFuture<CallPermit> taken = take(small,
                                step % 2 == 0 ? optional(requester) : ofService(requester));
                        boolean early = step % 3 == 0;
                        taken.whenComplete((permit, refused) -> {
                            if (refused instanceof TokenException refusal) {
                                assertThat(refusal.response().retryAfter().orElseThrow()).isPositive()
                                        .isLessThanOrEqualTo(Duration.ofSeconds(63));
                                return;
                            }
                            Instant begin = its.now();
                            its.start(1 + step / 7 % 3_000, () -> {
                                seen.add(early ? begin : its.now());
                                permit.used();
                            });
                        });
                    }
                    its.advance(Duration.ofMinutes(2));
                    seen.sort(null);
                    for (int i = 0; i + limit < seen.size(); i++) {
                        assertThat(Duration.between(seen.get(i), seen.get(i + limit)))
                                .isGreaterThanOrEqualTo(Duration.ofMinutes(1));
                    }
                });
    }

    @Test
    void threadsTogetherGetNoMoreThanThereIs() throws Exception {
        int threads = 16;
        Budget fifty = budget(50);
        AtomicInteger granted = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            executor.execute(() -> {
                for (int n = 0; n < 100; n++) {
                    fifty.take(ofService(alone()), Duration.ZERO).subscribe().with(permit -> {
                        granted.incrementAndGet();
                        permit.used();
                    }, refused -> {
                        // The budget is spent.
                    });
                }
                done.countDown();
            });
        }
        done.await();
        executor.shutdown();

        assertThat(granted).hasValue(50);
    }

    /** One address makes up client ids; what is known of a client is not forgotten, and another address is served. */
    @Test
    void clientsThatOneCallerMakesUpFillHalfAndLeaveTheRestToOthers() {
        use(4);
        int served = 0;
        for (int i = 0; i < Budget.MAX_UNKNOWN; i++) {
            served += CallerOutcome.permitted(used(ofCaller("made-up-" + i, "x", false, "attacker"))) ? 1 : 0;
        }

        assertThat(served).isEqualTo(Budget.MAX_UNKNOWN / 2);
        assertThat(refusal(ofCaller("one-too-many", "x", false, "attacker")).response().retryAfter())
                .contains(Duration.ofMinutes(1));
        assertThat(used(ofCaller("new", "right", false, "newcomer"))).isCompleted();
        assertThat(used(ofCaller("known", "right", true, "attacker"))).isCompleted();
        refusal(ofService(alone()));

        time.advance(Duration.ofMinutes(1));
        assertThat(used(ofCaller("one-too-many", "x", false, "attacker"))).isCompleted();
        assertThat(budget.size()).isOne();
    }

    @Test
    void clientThatIsAcceptedNoLongerCountsAsMadeUp() {
        used(ofCaller("mine", "right", false, "one"));
        used(ofCaller("mine", "right", true, "one"));
        for (int i = 0; i < Budget.MAX_UNKNOWN / 2; i++) {
            assertThat(used(ofCaller("made-up-" + i, "x", false, "one"))).isCompleted();
        }
        refusal(ofCaller("one-too-many", "x", false, "one"));
    }

    @Test
    void clientWithACallUnderWayIsNotForgotten() {
        CallPermit permit = permit(ofCaller("under way", "x", false, "one"));
        time.advance(Duration.ofMinutes(2));

        use(1);
        assertThat(budget.size()).isEqualTo(2);
        permit.used();
        time.advance(Duration.ofMinutes(2));
        use(1);
        assertThat(budget.size()).isOne();
    }

    @Test
    void crowdThatWaitsIsBoundedAndKeepsNoOtherOut() {
        Budget many = budget(1_000);
        for (int i = 0; i < 1_000; i++) {
            permit(many, ofService(alone())).used();
        }
        time.advance(Duration.ofSeconds(55));
        List<CompletableFuture<CallPermit>> crowd = takeAll(SEATS + 1, many, ofService(alone()));
        assertThat(crowd).filteredOn(CompletableFuture::isDone).singleElement().satisfies(last -> assertThatThrownBy(last::join)
                .cause().isInstanceOfSatisfying(TokenException.class,
                        e -> assertThat(e.error()).isEqualTo(TokenError.TOO_MANY_CALLS)));

        CompletableFuture<CallPermit> other = take(many, ofService(one("other", "anonymous", 1)));

        assertThat(other).isNotDone();
        assertThat(crowd).filteredOn(CompletableFuture::isDone).hasSize(2);
        time.advance(Duration.ofSeconds(5));
        assertThat(other).isCompleted();
    }

    /** Whether a call was permitted. */
    private static final class CallerOutcome {

        static boolean permitted(CompletableFuture<CallPermit> call) {
            return call.isDone() && !call.isCompletedExceptionally();
        }
    }

    private void use(int calls) {
        use(calls, alone());
    }

    private void use(int calls, CallerAccount requester) {
        for (int i = 0; i < calls; i++) {
            permit(ofService(requester)).used();
        }
    }

    private CompletableFuture<CallPermit> used(UpstreamTokenRequest request) {
        CompletableFuture<CallPermit> taken = take(request);
        if (CallerOutcome.permitted(taken)) {
            taken.join().used();
        }
        return taken;
    }

    private CallPermit permit(UpstreamTokenRequest request) {
        return permit(budget, request);
    }

    private static CallPermit permit(Budget budget, UpstreamTokenRequest request) {
        CompletableFuture<CallPermit> taken = take(budget, request);
        assertThat(taken).isCompleted();
        return taken.join();
    }

    private TokenException refusal(UpstreamTokenRequest request) {
        return refusal(budget, request);
    }

    private static TokenException refusal(Budget budget, UpstreamTokenRequest request) {
        CompletableFuture<CallPermit> taken = take(budget, request);
        assertThat(taken).isCompletedExceptionally();
        return (TokenException) taken.handle((permit, refusal) -> refusal).join();
    }

    private CompletableFuture<CallPermit> take(UpstreamTokenRequest request) {
        return take(budget, request);
    }

    private List<CompletableFuture<CallPermit>> takeAll(int number, UpstreamTokenRequest request) {
        return takeAll(number, budget, request);
    }

    /** Each is a call of its own, which others do not join. */
    private static List<CompletableFuture<CallPermit>> takeAll(int number, Budget budget, UpstreamTokenRequest request) {
        return IntStream.range(0, number).mapToObj(i -> take(budget, request)).toList();
    }

    private static CompletableFuture<CallPermit> take(Budget budget, UpstreamTokenRequest request) {
        return budget.take(request, PATIENCE).subscribeAsCompletionStage();
    }
}
