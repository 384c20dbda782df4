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

    /** Initializes Mutiny's context propagation, which is not thread-safe at first use; Quarkus does it in an application. */
    @BeforeAll
    static void initializeMutiny() {
        Uni.createFrom().emitter(emitter -> emitter.complete("ready")).await().indefinitely();
    }

    @Test
    void callBeyondTheBudgetIsRefusedAtOnceWithTheTimeToWait() {
        use(1);
        time.advance(Duration.ofSeconds(10));
        use(3);
        time.advance(Duration.ofSeconds(5));

        TokenException refusal = refusal(ofService(alone()));

        assertThat(refusal.error()).isEqualTo(TokenError.BUDGET_SPENT);
        assertThat(refusal.response().retryAfter()).contains(Duration.ofSeconds(45));
    }

    @Test
    void callerThatRetriesThenIsServed() {
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
    void callsInProgressAreExpectedToTakeAsLongAsACallCan() {
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
    void unusedCallGoesToTheFirstThatWaits() {
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
    void onlyCallsThatCanBeMadeInTimeWait() {
        use(4);
        time.advance(Duration.ofSeconds(55));
        List<CompletableFuture<CallPermit>> waiting = takeAll(4, ofService(alone()));
        assertThat(waiting).noneMatch(CompletableFuture::isDone);

        assertThat(refusal(ofService(alone())).response().retryAfter()).as("after the next four")
                .contains(Duration.ofSeconds(63));

        time.advance(Duration.ofSeconds(5));
        assertThat(waiting).allMatch(CompletableFuture::isDone);
        assertThat(time.timers()).as("nothing waits").isZero();
    }

    @Test
    void callThatIsOvertakenFailsWhenItHasWaitedTooLong() {
        // One of two sharers has used its share and borrowed the calls that the other left.
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
    void callsThatAreLeftAreKnown() {
        assertThat(budget.left("never seen")).isEqualTo(4);
        permit(ofService(alone()));
        use(2);
        assertThat(budget.left("SERVICE")).isEqualTo(1);

        time.advance(Budget.WINDOW);
        assertThat(budget.left(Requests.SERVICE)).as("one is in progress").isEqualTo(3);
        assertThat(budget.size()).as("a query creates no budget").isOne();
    }

    @Test
    void eachClientHasABudget() {
        use(4);

        permit(ofCaller("another", "secret", true, "a"));
    }

    @Test
    void clientIdsIgnoreCase() {
        for (String id : List.of("aa-bb", "AA-bb", "aa-BB", "Aa-Bb")) {
            permit(ofCaller(id, "secret", true, "a")).used();
        }

        refusal(ofCaller("AA-BB", "secret", true, "a"));
    }

    @Test
    void optionalCallsGetHalfAndDoNotWait() {
        permit(optional(alone())).used();
        time.advance(Duration.ofSeconds(55));
        permit(optional(alone())).used();

        TokenException refusal = refusal(optional(alone()));
        assertThat(refusal).hasMessageContaining("fresh tokens are limited");
        assertThat(refusal.response().retryAfter()).contains(Duration.ofSeconds(5));
        use(2);
        refusal(optional(alone()));
        assertThat(take(ofService(alone()))).as("a needed call waits").isNotDone();
    }

    @Test
    void optionalCallsThatEndedTogetherComeBackTogether() {
        keepBudget(budget, ofService(alone()));
        for (int window = 0; window < 3; window++) {
            permit(optional(alone())).used();
            permit(optional(alone())).used();
            refusal(optional(alone()));
            time.advance(Budget.WINDOW);
        }
    }

    @Test
    void triesThatEndedTogetherComeBackTogether() {
        Budget sixty = budget(60);
        keepBudget(sixty, ofCaller("b", "right", true, "other address"));
        for (int window = 0; window < 3; window++) {
            for (int i = 0; i < 3; i++) {
                permit(sixty, ofCaller("b", "guess-" + i, false, "one")).used();
            }
            refusal(sixty, ofCaller("b", "one-too-many", false, "one"));
            time.advance(Budget.WINDOW);
        }
    }

    @Test
    void callsOfSeveralKindsThatEndedTogetherComeBackAsWhatTheyWere() {
        keepBudget(budget, ofService(alone()));
        permit(optional(alone())).used();
        use(1);
        time.advance(Budget.WINDOW);

        permit(optional(alone())).used();
        permit(optional(alone())).used();
        refusal(optional(alone()));
        use(1);
    }

    @Test
    void optionalCallDoesNotOvertakeWaitingCalls() {
        Budget sixty = budget(60);
        CallerAccount greedy = one("greedy", "greedy", 60);
        permit(sixty, ofService(greedy)).used();
        assertThat(take(sixty, ofService(greedy))).as("waits to borrow").isNotDone();

        refusal(sixty, optional(one("modest", "modest", 60)));
    }

    @Test
    void smallestBudgetAllowsAnOptionalCallOrATry() {
        Budget one = budget(1);
        one.take(optional(alone()), Duration.ZERO).await().indefinitely().used();
        one.take(ofCaller("b", "secret", false, "a"), Duration.ZERO).await().indefinitely().used();

        assertThatThrownBy(() -> one.take(ofService(alone()), Duration.ZERO).await().indefinitely())
                .isInstanceOf(TokenException.class);
    }

    @Test
    void sharerGetsItsShareAtOnceAndBorrowsTheRestOneAtATime() {
        Budget sixty = budget(60);
        CallerAccount greedy = one("greedy", "greedy", 4);
        for (int i = 0; i < 15; i++) {
            assertThat(take(sixty, ofService(greedy))).isCompleted();
        }
        // 60 calls could be borrowed in 60 s at the first call, and 45 can be now that the share is used.
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

    /** The interval between borrowed calls depends on how many can be borrowed now, not at the last loan. */
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
        assertThat(waits).as("44 are left").isCompleted();
    }

    @Test
    void anonymousCallersAreOneSharerWhoseAddressesTakeTurns() {
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
    void unacceptedCredentialsGetATenthAndOneAddressHalfOfIt() {
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
    void singleSharerGetsAllThatTriesLeave() {
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
    void callsWithNewCredentialsWaitForTheOneThatTriesThem() {
        Budget sixty = budget(60);
        CallPermit first = permit(sixty, ofCaller("b", "right", false, "one"));
        List<CompletableFuture<CallPermit>> others = takeAll(59, sixty, ofCaller("b", "right", false, "one"));
        assertThat(others).noneMatch(CompletableFuture::isDone);
        assertThat(refusal(sixty, ofCaller("b", "right", false, "one")).response().retryAfter()).as("one more than Lean allows")
                .contains(Duration.ofSeconds(63));

        first.accepted();

        assertThat(others).allMatch(CallerOutcome::permitted);
    }

    @Test
    void oneCallAtATimeTriesCredentialsEvenIfARequestWasSentTwice() {
        Budget sixty = budget(60);
        CallPermit first = permit(sixty, ofCaller("b", "right", false, "one"));
        CallPermit sentOnceMore = first.another().orElseThrow();
        List<CompletableFuture<CallPermit>> others = takeAll(3, sixty, ofCaller("b", "right", false, "two"));

        first.used();
        sentOnceMore.used();

        assertThat(others).filteredOn(CompletableFuture::isDone).hasSize(1);
    }

    @Test
    void callsThatWaitForARefusedTryAreRefusedToo() {
        TokenException refused = TokenError.CALLER_REFUSED.because("no");
        CallPermit first = permit(ofCaller("b", "wrong", false, "one"));
        List<CompletableFuture<CallPermit>> others = takeAll(2, ofCaller("b", "wrong", false, "one"));

        first.refused(refused);

        assertThat(others).allSatisfy(other -> assertThatThrownBy(other::join).hasCause(refused));
        assertThat(budget.left("b")).isEqualTo(3);
        assertThat(time.timers()).isZero();
    }

    @Test
    void callerWithTheServicesSecretGetsWhatTheServiceLeaves() {
        Budget sixty = budget(60);
        assertThat(take(sixty, ofCaller("SERVICE", "right", true, "one"))).isCompleted();
        CompletableFuture<CallPermit> next = take(sixty, ofCaller("SERVICE", "right", true, "one"));
        assertThat(next).isNotDone();
        for (int i = 0; i < 59; i++) {
            assertThat(take(sixty, ofService(alone()))).isCompleted();
        }
    }

    @Test
    void requestThatIsSentTwiceNeedsAnotherCall() {
        CallPermit first = permit(ofService(alone()));
        use(2);

        assertThat(first.another()).hasValueSatisfying(CallPermit::used);
        assertThat(first.another()).isEmpty();
    }

    @Test
    void callWaitsInTheLineOfEachCallerAndCountsForTheFirstWhoseTurnComes() {
        Budget sixty = budget(60);
        CallerAccount greedy = one("greedy", "greedy", 4);
        takeAll(19, sixty, ofService(greedy));
        CallerAccounts call = new CallerAccounts(greedy, Purpose.NEED);
        CompletableFuture<CallPermit> waits = take(sixty, ofService(call));
        assertThat(waits).isNotDone();

        call.join(one("modest", "modest", 4), Purpose.NEED);

        assertThat(waits).isCompleted();
        assertThat(IntStream.range(0, 15)
                .filter(i -> take(sixty, ofService(one("modest", "modest", 4))).isDone())).as("its share less one")
                .hasSize(14);
    }

    @Test
    void callOfACrowdHasTheBestPlaceOfItsCallers() {
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

    /** With quadratic time, 8,000 accounts that wait for two calls block an event loop for half a minute. */
    @Test
    void timeForACrowdIsLinear() {
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
    void callOfSeveralCallersStartsByAnyOfThem() {
        Budget sixty = budget(60);
        CallerAccount greedy = one("greedy", "greedy", 60);
        takeAll(2, sixty, ofService(greedy));
        CallerAccounts call = new CallerAccounts(greedy, Purpose.NEED);
        call.join(one("modest", "modest", 60), Purpose.NEED);

        assertThat(take(sixty, ofService(call))).isCompleted();
    }

    @Test
    void replacementThatACallerNeedsIsNotOptional() {
        use(2);
        permit(optional(alone())).used();
        permit(optional(alone())).unused();
        CallerAccounts call = new CallerAccounts(alone(), Purpose.REPLACEMENT);
        call.join(alone(), Purpose.NEED);
        time.advance(Duration.ofSeconds(55));
        permit(optional(alone())).used();

        assertThat(take(ofService(call))).as("waits for its turn").isNotDone();
    }

    /** Lean receives a call at any time between its start and its end. */
    @Test
    void leanNeverReceivesMoreInAnyMinute() {
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
                            Instant start = its.now();
                            its.start(1 + step / 7 % 3_000, () -> {
                                seen.add(early ? start : its.now());
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
    void concurrentCallersGetNoMoreThanTheBudget() throws Exception {
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
                        // Nothing is left.
                    });
                }
                done.countDown();
            });
        }
        done.await();
        executor.shutdown();

        assertThat(granted).hasValue(50);
    }

    /** Calls of a client are not forgotten, and callers from other addresses are served. */
    @Test
    void inventedClientsOfOneAddressTakeHalf() {
        use(4);
        int served = 0;
        for (int i = 0; i < Budget.MAX_UNKNOWN; i++) {
            served += CallerOutcome.permitted(used(ofCaller("invented-" + i, "x", false, "attacker"))) ? 1 : 0;
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
    void acceptedClientNoLongerCountsAsUnknown() {
        used(ofCaller("mine", "right", false, "one"));
        used(ofCaller("mine", "right", true, "one"));
        for (int i = 0; i < Budget.MAX_UNKNOWN / 2; i++) {
            assertThat(used(ofCaller("invented-" + i, "x", false, "one"))).isCompleted();
        }
        refusal(ofCaller("one-too-many", "x", false, "one"));
    }

    @Test
    void clientWithACallInProgressIsNotForgotten() {
        CallPermit permit = permit(ofCaller("in progress", "x", false, "one"));
        time.advance(Duration.ofMinutes(2));

        use(1);
        assertThat(budget.size()).isEqualTo(2);
        permit.used();
        time.advance(Duration.ofMinutes(2));
        use(1);
        assertThat(budget.size()).isOne();
    }

    @Test
    void waitingCrowdIsBoundedAndKeepsNoOtherCallerOut() {
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

    /** A client without calls is forgotten, so that its next calls would find a new budget. */
    private static void keepBudget(Budget budget, UpstreamTokenRequest callInProgress) {
        permit(budget, callInProgress);
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

    /** The calls do not share an outcome. */
    private static List<CompletableFuture<CallPermit>> takeAll(int number, Budget budget, UpstreamTokenRequest request) {
        return IntStream.range(0, number).mapToObj(i -> take(budget, request)).toList();
    }

    private static CompletableFuture<CallPermit> take(Budget budget, UpstreamTokenRequest request) {
        return budget.take(request, PATIENCE).subscribeAsCompletionStage();
    }
}
