package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

class FairBulkheadTest {

    private static final Duration PATIENCE = Duration.ofSeconds(6);
    private static final int SEATS = 20;

    private final List<String> made = new ArrayList<>();
    private final List<UniEmitter<? super String>> running = new ArrayList<>();
    private final SimulatedTime time = new SimulatedTime();
    private final WaitingRoom room = new WaitingRoom(SEATS, time);
    private final FairBulkhead bulkhead = new FairBulkhead(2, room);

    @Test
    void callsBeyondTheLimitWaitForTheirTurn() {
        List<CompletableFuture<String>> calls = passed("a", "b", "c", "d");
        assertThat(made).containsExactly("a", "b");

        running.get(0).complete("token");
        assertThat(made).containsExactly("a", "b", "c");
        assertThat(calls.get(0)).isCompletedWithValue("token");

        running.get(1).fail(new IllegalStateException("connection refused"));
        assertThat(made).containsExactly("a", "b", "c", "d");
        assertThatThrownBy(calls.get(1)::join).hasMessageContaining("connection refused");

        running.get(2).complete("c");
        running.get(3).complete("d");
        passed("e", "f", "g");
        assertThat(made).containsExactly("a", "b", "c", "d", "e", "f");
    }

    @Test
    void callThatHasWaitedTooLongFails() {
        List<CompletableFuture<String>> calls = passed("a", "b", "c");
        time.advance(Duration.ofSeconds(1));
        calls.addAll(passed("d"));

        time.advance(PATIENCE.minusSeconds(1));
        assertBusy(calls.get(2));

        running.get(0).complete("token");
        assertThat(made).containsExactly("a", "b", "d");
    }

    @Test
    void timerStopsWhenTheWaitEnds() {
        List<CompletableFuture<String>> calls = passed("a", "b", "c");
        assertThat(time.timers()).isOne();

        running.get(0).complete("token");

        assertThat(time.timers()).as("timers that would retain calls").isZero();
        assertThat(room.size()).isZero();
        time.advance(PATIENCE);
        assertThat(calls.get(2)).isNotDone();
        running.get(2).complete("c");
        assertThat(calls.get(2)).isCompletedWithValue("c");
    }

    @Test
    void linesOfCallersTakeTurns() {
        passedFor("greedy", "g1", "g2", "g3", "g4", "g5");
        passedFor("modest", "m1", "m2");
        passedFor("other", "o1");

        for (int i = 0; i < 8; i++) {
            running.get(i).complete("token");
        }

        assertThat(made).containsExactly("g1", "g2", "g3", "m1", "o1", "g4", "m2", "g5");
    }

    @Test
    void callOfSeveralCallersStartsWithTheFirstTurn() {
        passedFor("greedy", "g1", "g2", "g3", "g4");
        CallerAccounts shared = new CallerAccounts(requester("greedy"), Purpose.NEED);
        CompletableFuture<String> call = pass("shared", shared);

        shared.join(requester("modest"), Purpose.NEED);
        shared.join(requester("modest"), Purpose.NEED);
        passedFor("modest", "m1");
        for (int i = 0; i < 3; i++) {
            running.get(i).complete("token");
        }

        assertThat(made).containsExactly("g1", "g2", "g3", "shared", "g4");
        running.get(3).complete("token");
        assertThat(call).isCompletedWithValue("token");
        assertThat(made).containsExactly("g1", "g2", "g3", "shared", "g4", "m1");
    }

    @Test
    void newcomerReplacesTheLastCallOfTheAccountWithTheMost() {
        List<CompletableFuture<String>> greedy = new ArrayList<>();
        for (int i = 0; i < 2 + SEATS; i++) {
            greedy.addAll(passedFor("greedy", "g" + i));
        }
        assertThat(greedy).noneMatch(CompletableFuture::isDone);

        List<CompletableFuture<String>> modest = passedFor("modest", "m1", "m2");

        assertThat(modest).noneMatch(CompletableFuture::isDone);
        assertBusy(greedy.get(21));
        assertBusy(greedy.get(20));
        assertThat(greedy.subList(0, 20)).noneMatch(CompletableFuture::isDone);
        assertBusy(passedFor("greedy", "surplus").get(0));
        running.get(0).complete("token");
        running.get(1).complete("token");
        assertThat(made).containsExactly("g0", "g1", "g2", "m1");
    }

    /** The last call of the crowd is shared with another caller. */
    @Test
    void callThatAnotherCallerSharesStays() {
        CallerAccounts shared = new CallerAccounts(requester("greedy"), Purpose.NEED);
        for (int i = 0; i < 2 + SEATS - 1; i++) {
            passedFor("greedy", "g" + i);
        }
        CompletableFuture<String> call = pass("shared", shared);
        shared.join(requester("modest"), Purpose.NEED);

        passedFor("other", "o1");

        assertThat(call).isNotDone();
        assertThat(room.size()).isEqualTo(SEATS);
    }

    @Test
    void bulkheadsShareTheRoom() {
        FairBulkhead another = new FairBulkhead(1, room);
        another.pass(requesters("a"), call("x"), PATIENCE).subscribeAsCompletionStage();
        another.pass(requesters("a"), call("y"), PATIENCE).subscribeAsCompletionStage();
        for (int i = 0; i < 2 + SEATS - 1; i++) {
            passed("g" + i);
        }

        assertBusy(passed("surplus").get(0));
    }

    /** A caller with many addresses can have any number of lines with one call each. */
    @Test
    void crowdWithItsOwnCredentialsKeepsNoCallerOfTheServicesOut() {
        Map<CredentialsOwner, WaitingRoom> rooms = WaitingRoom.forEachOwner(2 * SEATS, time);
        FairBulkhead callers = new FairBulkhead(1, rooms.get(CredentialsOwner.CALLER));
        FairBulkhead own = new FairBulkhead(1, rooms.get(CredentialsOwner.SERVICE));
        for (int i = 0; i < 1 + 2 * SEATS; i++) {
            callers.pass(requesters("address " + i), call("crowd"), PATIENCE).subscribe().with(token -> {
            }, refused -> {
            });
        }

        own.pass(requesters("a"), call("x"), PATIENCE).subscribeAsCompletionStage();
        CompletableFuture<String> waits = own.pass(requesters("b"), call("y"), PATIENCE).subscribeAsCompletionStage();

        assertThat(waits).isNotDone();
    }

    @Test
    void emptyLineIsRemoved() {
        passedFor("greedy", "g1", "g2");
        List<CompletableFuture<String>> modest = passedFor("modest", "m1");
        time.advance(PATIENCE);
        assertBusy(modest.get(0));

        passedFor("other", "o1");
        running.get(0).complete("token");

        assertThat(made).containsExactly("g1", "g2", "o1");
    }

    private List<CompletableFuture<String>> passed(String... names) {
        return passedFor("caller", names);
    }

    private List<CompletableFuture<String>> passedFor(String account, String... names) {
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (String name : names) {
            calls.add(pass(name, requesters(account)));
        }
        return calls;
    }

    private CompletableFuture<String> pass(String name, CallerAccounts requesters) {
        return bulkhead.pass(requesters, call(name), PATIENCE).subscribeAsCompletionStage();
    }

    private Uni<String> call(String name) {
        return Uni.createFrom().emitter(outcome -> {
            made.add(name);
            running.add(outcome);
        });
    }

    private static CallerAccounts requesters(String account) {
        return new CallerAccounts(requester(account), Purpose.NEED);
    }

    private static CallerAccount requester(String account) {
        return Requests.one(account, account, 1);
    }

    private static void assertBusy(CompletableFuture<String> call) {
        assertThatThrownBy(call::join).cause().isInstanceOfSatisfying(TokenException.class,
                e -> assertThat(e.error()).isEqualTo(TokenError.TOO_MANY_CALLS));
    }
}
