package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

class CallGateTest {

    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private final List<String> made = new ArrayList<>();
    private final List<UniEmitter<? super String>> underWay = new ArrayList<>();
    private final List<Runnable> timers = new ArrayList<>();
    private final CallGate gate = new CallGate(2, (millis, action) -> {
        assertThat(millis).isEqualTo(PATIENCE.toMillis());
        timers.add(action);
        return () -> timers.remove(action);
    });

    @Test
    void soManyCallsAreMadeAtATimeAndTheOthersInTheirTurn() {
        List<CompletableFuture<String>> calls = passed("a", "b", "c", "d");
        assertThat(made).containsExactly("a", "b");

        underWay.get(0).complete("token");
        assertThat(made).containsExactly("a", "b", "c");
        assertThat(calls.get(0)).isCompletedWithValue("token");

        underWay.get(1).fail(new IllegalStateException("Lean is away"));
        assertThat(made).containsExactly("a", "b", "c", "d");
        assertThatThrownBy(calls.get(1)::join).hasMessageContaining("Lean is away");

        underWay.get(2).complete("c");
        underWay.get(3).complete("d");
        passed("e", "f", "g");
        assertThat(made).containsExactly("a", "b", "c", "d", "e", "f");
    }

    @Test
    void whoHasWaitedLongEnoughIsSentAway() {
        List<CompletableFuture<String>> calls = passed("a", "b", "c", "d");

        timers.get(0).run();
        assertBusy(calls.get(2));

        underWay.get(0).complete("token");
        assertThat(made).containsExactly("a", "b", "d");
    }

    @Test
    void timerOfOneWhoseTurnCameDoesNothingAndEndsWithTheCall() {
        List<CompletableFuture<String>> calls = passed("a", "b", "c");
        underWay.get(0).complete("token");

        timers.get(0).run();

        assertThat(calls.get(2)).isNotDone();
        underWay.get(2).complete("c");
        assertThat(calls.get(2)).isCompletedWithValue("c");
        assertThat(timers).as("what they would hold on to").isEmpty();
    }

    @Test
    void lineHasAnEnd() {
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 2 + 20; i++) {
            calls.addAll(passed("call"));
        }
        assertThat(calls).noneMatch(CompletableFuture::isDone);

        assertBusy(passed("one too many").get(0));
    }

    @Test
    void linesOfCallersTakeTurns() {
        passedFor("greedy", "g1", "g2", "g3", "g4", "g5");
        passedFor("modest", "m1", "m2");
        passedFor("other", "o1");

        for (int i = 0; i < 8; i++) {
            underWay.get(i).complete("token");
        }

        assertThat(made).containsExactly("g1", "g2", "g3", "m1", "o1", "g4", "m2", "g5");
    }

    @Test
    void whoComesWhenTooManyWaitTakesThePlaceOfTheLastInTheLongestLine() {
        List<CompletableFuture<String>> greedy = new ArrayList<>();
        for (int i = 0; i < 2 + 20; i++) {
            greedy.addAll(passedFor("greedy", "g" + i));
        }

        List<CompletableFuture<String>> modest = passedFor("modest", "m1", "m2");

        assertThat(modest).noneMatch(CompletableFuture::isDone);
        assertBusy(greedy.get(21));
        assertBusy(greedy.get(20));
        assertThat(greedy.subList(0, 20)).noneMatch(CompletableFuture::isDone);
        assertBusy(passedFor("greedy", "one too many").get(0));
        underWay.get(0).complete("token");
        underWay.get(1).complete("token");
        assertThat(made).containsExactly("g0", "g1", "g2", "m1");
    }

    @Test
    void lineThatHasBecomeEmptyIsForgotten() {
        passedFor("greedy", "g1", "g2");
        List<CompletableFuture<String>> modest = passedFor("modest", "m1");
        timers.get(0).run();
        assertBusy(modest.get(0));

        passedFor("other", "o1");
        underWay.get(0).complete("token");

        assertThat(made).containsExactly("g1", "g2", "o1");
    }

    private List<CompletableFuture<String>> passed(String... names) {
        return passedFor("caller", names);
    }

    private List<CompletableFuture<String>> passedFor(String account, String... names) {
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (String name : names) {
            Uni<String> call = Uni.createFrom().emitter(outcome -> {
                made.add(name);
                underWay.add(outcome);
            });
            calls.add(gate.pass(account, call, PATIENCE).subscribeAsCompletionStage());
        }
        return calls;
    }

    private static void assertBusy(CompletableFuture<String> call) {
        assertThatThrownBy(call::join).cause().isInstanceOfSatisfying(TokenException.class,
                e -> assertThat(e.error()).isEqualTo(TokenError.TOO_MANY_CALLS));
    }
}
