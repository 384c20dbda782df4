package dev.leantokens.lean;

import static dev.leantokens.lean.Requests.alone;
import static dev.leantokens.lean.Requests.ofCaller;
import static dev.leantokens.lean.Requests.ofService;
import static dev.leantokens.lean.Requests.one;
import static dev.leantokens.lean.Requests.optional;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.lean.CallWindow.Limits;
import dev.leantokens.lean.SharedBudget.Reason;
import dev.leantokens.lean.SharedBudget.Taken;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;

/** A replica whose calls a shared budget permits, too. */
class SharedBudgetTest {

    private static final Duration LONGEST_CALL = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(7);
    /** How long a call counts at most, and for how long replicas can notice an outage at different times. */
    private static final Duration MEMORY = Duration.ofSeconds(65);
    private static final CallerAccount ONE = one("one", "one", 2);
    private static final CallerAccount OTHER = one("other", "other", 2);

    private final SimulatedTime time = new SimulatedTime();
    private final SharedAnswers shared = new SharedAnswers();
    private final Budget budget = Requests.budget(Limits.of(60, LONGEST_CALL), time.clock(), time, 1_000, shared);

    @Test
    void callIsMadeWhenTheSharedBudgetPermitsIt() {
        CompletableFuture<CallPermit> call = take(ofService(alone()));
        assertThat(call).isNotDone();

        shared.take(59);
        assertThat(call).isCompleted();
        call.join().used();

        assertThat(shared.made).hasSize(1);
        assertThat(shared.unused).isEmpty();
        assertThat(time.timers()).as("nothing waits").isZero();
    }

    @Test
    void nothingIsAskedUntilTheTimeOfADenialAndThenOnce() {
        List<CompletableFuture<CallPermit>> calls = takeAll(3, ofService(alone()));
        assertThat(shared.open).hasSize(3);
        IntStream.range(0, 3).forEach(i -> shared.deny(Reason.FULL, 0, seconds(2), seconds(2), seconds(3), seconds(3)));
        calls.add(take(ofService(alone())));
        assertThat(shared.open).isEmpty();

        time.advance(seconds(2).minusMillis(1));
        assertThat(shared.open).isEmpty();
        time.advance(Duration.ofMillis(1));
        assertThat(shared.open).hasSize(1);

        shared.take(1);
        assertThat(calls.get(0)).as("keeps its place").isCompleted();
        assertThat(calls.get(1)).isNotDone();
        assertThat(shared.open).as("as many as are left").hasSize(1);
        shared.take(60);
        assertThat(shared.open).hasSize(2);
    }

    /** Without that, callers that are denied often would fall behind the others. */
    @Test
    void deniedCallKeepsTheTurnOfItsCaller() {
        CompletableFuture<CallPermit> first = take(ofService(one("first", "both", 1)));
        shared.deny(Reason.FULL, 0, seconds(2), seconds(2));
        CompletableFuture<CallPermit> second = take(ofService(one("second", "both", 1)));

        time.advance(seconds(2));
        shared.deny(Reason.FULL, 0, seconds(1), seconds(1));
        time.advance(seconds(1));
        shared.take(0);

        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
    }

    @Test
    void noMoreIsAskedThanIsLeft() {
        takeAll(1, ofService(alone()));
        shared.take(2);

        takeAll(5, ofService(alone()));

        assertThat(shared.open).hasSize(2);
    }

    @Test
    void callWhoseTurnComesTooLateIsRefusedWithTheTime() {
        List<CompletableFuture<CallPermit>> calls = takeAll(60, ofService(alone()));
        calls.addAll(takeAll(10, ofService(alone())));
        IntStream.range(0, 60).forEach(i -> shared.deny(Reason.FULL, 0, seconds(30)));
        calls.add(take(ofService(alone())));

        assertThat(calls).allMatch(CompletableFuture::isDone).allSatisfy(call -> assertThatThrownBy(call::join).cause()
                .isInstanceOfSatisfying(TokenException.class, refusal -> {
                    assertThat(refusal.error()).isEqualTo(TokenError.BUDGET_SPENT);
                    assertThat(refusal).hasMessageContaining("all token requests that Lean allows");
                    assertThat(refusal.response().retryAfter().orElseThrow()).isBetween(seconds(30), seconds(100));
                }));
        assertThat(shared.asked).isEqualTo(60);
        assertThat(time.timers()).isZero();
    }

    /** Calls of other replicas come back, too, but no faster than they were made. */
    @Test
    void turnInALongLineIsExpectedLater() {
        List<CompletableFuture<CallPermit>> calls = takeAll(60, ofService(alone()));
        IntStream.range(0, 60).forEach(i -> shared.deny(Reason.FULL, 0, seconds(5), seconds(6)));

        assertThat(calls).filteredOn(call -> !call.isDone()).as("after 5, 6 and 7 s").hasSize(3);
        assertThat(refusal(ofService(alone())).response().retryAfter()).contains(seconds(8));
    }

    @Test
    void denialOfASharerConcernsNoOther() {
        CompletableFuture<CallPermit> denied = take(ofService(ONE));
        shared.deny(Reason.SHARE, 20, seconds(3));
        takeAll(2, ofService(ONE));
        assertThat(shared.open).isEmpty();

        CompletableFuture<CallPermit> call = take(ofService(OTHER));
        shared.take(19);

        assertThat(call).isCompleted();
        time.advance(seconds(3));
        assertThat(shared.open).as("one of the sharer that was denied").hasSize(1);
        shared.answer(new Taken(18, Optional.of(seconds(2))));
        assertThat(denied).isCompleted();
        assertThat(shared.open).as("the next loan").isEmpty();
        time.advance(seconds(2));
        assertThat(shared.open).hasSize(1);
    }

    @Test
    void optionalCallThatIsDeniedIsRefused() {
        CompletableFuture<CallPermit> call = take(optional(alone()));
        shared.deny(Reason.OPTIONAL, 20, seconds(3));

        assertThat(call).isDone();
        assertThatThrownBy(call::join).hasMessageContaining("fresh tokens are limited");
        assertThat(refusal(optional(alone())).response().retryAfter()).contains(seconds(3));
        assertThat(shared.asked).isOne();
        take(ofService(alone()));
        assertThat(shared.open).hasSize(1);
    }

    @Test
    void optionalCallThatIsNeededMeanwhileWaits() {
        CallerAccounts callers = new CallerAccounts(alone(), Purpose.REPLACEMENT);
        CompletableFuture<CallPermit> call = take(ofService(callers));
        callers.join(alone(), Purpose.NEED);
        shared.deny(Reason.FULL, 0, seconds(3));
        assertThat(call).isNotDone();

        time.advance(seconds(3));
        shared.take(0);

        assertThat(call).isCompleted();
    }

    @Test
    void throttledCredentialsAreRefusedWithTheTime() {
        CompletableFuture<CallPermit> call = take(ofCaller("b", "secret", true, "one"));
        assertThat(shared.open.get(0).call().credentials()).isPresent();

        shared.deny(Reason.PAUSED, 0, seconds(20));

        assertThat(call).isDone();
        assertThatThrownBy(call::join).cause().isInstanceOfSatisfying(TokenException.class, refusal -> {
            assertThat(refusal.error()).isEqualTo(TokenError.THROTTLED);
            assertThat(refusal.response().retryAfter()).contains(seconds(20));
        });
        takeAll(2, ofCaller("b", "another", true, "one"));
        assertThat(shared.open).as("other credentials").hasSize(2);
    }

    @Test
    void withoutAnAnswerThisReplicaKeepsToItsPart() {
        shared.replicas = 4;
        List<CompletableFuture<CallPermit>> calls = takeAll(20, ofService(alone()));
        IntStream.range(0, 20).forEach(i -> shared.fail());

        assertThat(calls).filteredOn(SharedBudgetTest::isPermitted).hasSize(15);
        assertThat(shared.unused).as("the questions may have arrived").hasSize(20);
        assertThat(shared.open).isEmpty();
    }

    @Test
    void whileDownNothingIsAsked() {
        shared.replicas = 100;
        shared.up = false;

        assertThat(isPermitted(take(ofService(alone())))).as("at least one").isTrue();
        assertThat(refusal(ofService(alone()))).hasMessageContaining("this replica has made its part of the token requests");
        assertThat(shared.asked).isZero();
    }

    @Test
    void replicaThatHasSeenNoOthersIsCareful() {
        shared.replicas = 0;
        shared.up = false;

        List<CompletableFuture<CallPermit>> calls = takeAll(20, ofService(alone()));

        assertThat(calls).filteredOn(SharedBudgetTest::isPermitted).hasSize(6);
    }

    /** Of 60 calls, others have made 50: what is left is for all. */
    @Test
    void atTheStartOfAnOutageOnlyWhatIsLeftIsUsed() {
        shared.replicas = 2;
        CompletableFuture<CallPermit> first = take(ofService(alone()));
        shared.take(4);
        first.join().used();
        shared.up = false;

        List<CompletableFuture<CallPermit>> calls = takeAll(20, ofService(alone()));
        assertThat(calls).filteredOn(SharedBudgetTest::isPermitted).as("half of 4").hasSize(2);
        calls.stream().filter(SharedBudgetTest::isPermitted).forEach(call -> call.join().used());

        time.advance(MEMORY);
        assertThat(takeAll(40, ofService(alone()))).filteredOn(SharedBudgetTest::isPermitted).as("half of 60").hasSize(30);
    }

    /** Their questions fail one by one. */
    @Test
    void callsThatAreBeingAskedForAreNotCountedAsMade() {
        shared.replicas = 2;
        take(ofService(alone()));
        shared.take(4);
        List<CompletableFuture<CallPermit>> calls = takeAll(4, ofService(alone()));
        shared.up = false;

        IntStream.range(0, 4).forEach(i -> shared.fail());

        assertThat(calls).filteredOn(SharedBudgetTest::isPermitted).as("half of 4").hasSize(2);
    }

    /** A Redis that has lost its data says that all calls are left. */
    @Test
    void secondOutageAllowsNoMoreThanTheFirst() {
        shared.replicas = 4;
        take(ofService(alone()));
        shared.take(4);
        take(ofService(alone()));
        shared.deny(Reason.LOST, 60, Duration.ofNanos(1));
        shared.take(59);
        shared.up = false;

        assertThat(takeAll(20, ofService(alone()))).filteredOn(SharedBudgetTest::isPermitted).isEmpty();
    }

    @Test
    void callsThatAreMadeWithoutAnAnswerCountFromTheirStart() {
        CompletableFuture<CallPermit> unanswered = take(ofService(alone()));
        shared.fail();
        CompletableFuture<CallPermit> unasked = take(ofService(alone()));
        CallPermit again = unasked.join().another().orElseThrow();
        assertThat(again.confirm().subscribeAsCompletionStage()).isCompletedWithValue(true);

        assertThat(shared.begun).hasSize(3).doesNotHaveDuplicates();
        unanswered.join().used();
        unasked.join().used();
        again.used();
        assertThat(shared.made).isEqualTo(shared.begun);
    }

    @Test
    void forAMinuteAfterAnOutageBothLimitsApply() {
        shared.replicas = 4;
        shared.lastReturn = time.now();
        List<CompletableFuture<CallPermit>> calls = takeAll(60, ofService(alone()));
        assertThat(shared.open).hasSize(15).allSatisfy(question -> assertThat(question.own().careful()).isTrue());
        IntStream.range(0, 15).forEach(i -> shared.take(45 - i));
        assertThat(calls).filteredOn(SharedBudgetTest::isPermitted).hasSize(15);

        time.advance(MEMORY);

        takeAll(60, ofService(alone()));
        assertThat(shared.open).hasSizeGreaterThan(15)
                .anySatisfy(question -> assertThat(question.own().careful()).isFalse());
    }

    @Test
    void callsThatTheSharedBudgetHasLostAreReportedAndMakeThisReplicaCareful() {
        shared.replicas = 2;
        for (int i = 0; i < 20; i++) {
            take(ofService(alone()));
            shared.take(59 - i);
        }
        CompletableFuture<CallPermit> call = take(ofService(alone()));
        assertThat(shared.open.get(0).own().calls()).isEqualTo(20);

        shared.deny(Reason.LOST, 60, Duration.ofNanos(1));

        assertThat(shared.open).as("asked again").hasSize(1);
        assertThat(shared.open.get(0).own().careful()).isTrue();
        shared.take(59);
        assertThat(call).isCompleted();
        takeAll(20, ofService(alone()));
        assertThat(shared.open).as("30 in all").hasSize(9);
    }

    /** Redis counts a call a little longer than this replica does. */
    @Test
    void callsThatSoonNoLongerCountAreNotReported() {
        CompletableFuture<CallPermit> first = take(ofService(alone()));
        shared.take(59);
        first.join().used();
        time.advance(seconds(59));

        take(ofService(alone()));

        assertThat(shared.open.get(0).own().calls()).isZero();
    }

    /** It can have less time than Redis needs, since calls that need not wait in line need none. */
    @Test
    void callThatIsBeingAskedForWaitsForTheAnswer() {
        List<CompletableFuture<CallPermit>> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(budget.take(ofService(alone()), Duration.ofMillis(-200)).subscribeAsCompletionStage());
        }
        time.advance(Duration.ofMillis(25));
        assertThat(calls).noneMatch(CompletableFuture::isDone);

        shared.take(59);
        shared.deny(Reason.LOST, 58, Duration.ofNanos(1));
        shared.deny(Reason.FULL, 0, seconds(2));
        shared.deny(Reason.SHARE, 20, seconds(3));
        shared.fail();
        assertThat(shared.open).as("the call whose answer said to ask again").hasSize(1);
        shared.take(0);

        assertThat(calls).allMatch(CompletableFuture::isDone);
        assertThat(calls).filteredOn(SharedBudgetTest::isPermitted).hasSize(3);
        assertThat(time.timers()).isZero();
    }

    @Test
    void callThatIsDismissedMeanwhileIsNotMade() {
        Budget budget = Requests.budget(Limits.of(60, LONGEST_CALL), time.clock(), time, 2, shared);
        CompletableFuture<CallPermit> first = budget.take(ofService(alone()), PATIENCE).subscribeAsCompletionStage();
        CompletableFuture<CallPermit> call = budget.take(ofService(alone()), PATIENCE).subscribeAsCompletionStage();
        assertThat(call).as("there is one seat").isCompletedExceptionally();

        shared.take(59);
        assertThat(first).isCompleted();
        shared.take(58);

        assertThat(shared.unused).hasSize(1);
        assertThat(budget.left(Requests.SERVICE)).isEqualTo(58);
    }

    @Test
    void requestThatIsSentTwiceAsksTwice() {
        CompletableFuture<CallPermit> call = take(ofService(alone()));
        shared.take(59);
        CallPermit again = call.join().another().orElseThrow();
        CompletableFuture<Boolean> confirmed = again.confirm().subscribeAsCompletionStage();
        assertThat(confirmed).isNotDone();

        shared.take(58);

        assertThat(confirmed).isCompletedWithValue(true);
        CompletableFuture<Boolean> denied = call.join().another().orElseThrow().confirm().subscribeAsCompletionStage();
        shared.deny(Reason.FULL, 0, seconds(3));
        assertThat(denied).isCompletedWithValue(false);
        assertThat(shared.unused).hasSize(1);
    }

    @Test
    void callsThatAreLeftForAllAreKnown() {
        take(ofService(alone()));
        shared.take(12);
        assertThat(budget.left(Requests.SERVICE)).isEqualTo(12);

        time.advance(seconds(61));
        assertThat(budget.left(Requests.SERVICE)).as("one is in progress, others are unknown").isEqualTo(59);
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static boolean isPermitted(CompletableFuture<CallPermit> call) {
        return call.isDone() && !call.isCompletedExceptionally();
    }

    private TokenException refusal(UpstreamTokenRequest request) {
        CompletableFuture<CallPermit> call = take(request);
        assertThat(call).isCompletedExceptionally();
        return (TokenException) call.handle((permit, refusal) -> refusal).join();
    }

    private List<CompletableFuture<CallPermit>> takeAll(int number, UpstreamTokenRequest request) {
        return new ArrayList<>(IntStream.range(0, number).mapToObj(i -> take(request)).toList());
    }

    private CompletableFuture<CallPermit> take(UpstreamTokenRequest request) {
        return budget.take(request, PATIENCE).subscribeAsCompletionStage();
    }
}
