package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import dev.leantokens.clock.SteadyClocks;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.lean.SharedBudget.Reason;
import dev.leantokens.testing.FakeMachine;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.AccessToken;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/** In an application, since the breakers need SmallRye Fault Tolerance. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class CallGuardTest {

    private static final Executor HERE = Runnable::run;
    private static final Uni<AccessToken> TOKEN = Uni.createFrom().nullItem();

    /** Time passes between any two readings, as on a busy machine. */
    private final TestClock clock = new TestClock() {

        @Override
        public Instant instant() {
            advance(Duration.ofMillis(1));
            return super.instant();
        }
    };
    private final SharedAnswers shared = new SharedAnswers();
    private final CallGuard guard;
    private final CallGuard sharing;
    private final AtomicInteger sent = new AtomicInteger();

    private final Vertx vertx;

    CallGuardTest(Vertx vertx) {
        this.vertx = vertx;
        guard = new CallGuard(Optional::empty, Settings.of(LeanConfig.class), clock, clock, vertx, SharedBudget.NONE);
        sharing = new CallGuard(Optional::empty, Settings.of(LeanConfig.class), clock, clock, vertx, shared);
    }

    @Test
    void refusedCallsDoNotExtendThePause() {
        assertThat(call(throttled(Duration.ofSeconds(20)))).isNotNull();
        Instant paused = clock.instant();
        for (int i = 0; i < 1000; i++) {
            assertThat(call(throttled(Duration.ofSeconds(20)))).extracting(TokenException::error)
                    .isEqualTo(TokenError.THROTTLED);
        }
        assertThat(sent).hasValue(1);

        clock.advance(Duration.between(clock.instant(), paused.plusSeconds(20)));

        assertThat(call(throttled(Duration.ofSeconds(20)))).isNotNull();
        assertThat(sent).as("the pause has ended").hasValue(2);
    }

    @Test
    void throttledCallPausesAllReplicas() {
        CompletableFuture<AccessToken> call = pass(sharing, throttled(Duration.ofMinutes(5))).subscribeAsCompletionStage();
        shared.take(59);

        assertThat(call).isCompletedExceptionally();
        assertThat(shared.pauses).containsExactly(
                new SharedAnswers.Pause("client", Optional.of("clientsecret"), Duration.ofMinutes(1)));
    }

    @Test
    void pauseOfAnotherReplicaIsRememberedAndNotExtended() {
        CompletableFuture<AccessToken> call = pass(sharing, throttled(Duration.ofSeconds(9))).subscribeAsCompletionStage();
        shared.deny(Reason.PAUSED, 0, Duration.ofSeconds(20));
        assertThat(call).isCompletedExceptionally();

        assertThat(pass(sharing, throttled(Duration.ofSeconds(9))).subscribeAsCompletionStage()).isCompletedExceptionally();

        assertThat(shared.asked).isOne();
        assertThat(shared.pauses).isEmpty();
        assertThat(sent).hasValue(0);
    }

    /** For Lean, no minute has passed. */
    @Test
    void systemTimeSetForwardRenewsNeitherTheBudgetNorEndsAPause() {
        FakeMachine machine = new FakeMachine();
        CallGuard stepping = on(machine);
        for (int i = 0; i < 60; i++) {
            assertThat(pass(stepping, machine, TOKEN)).isCompleted();
        }
        assertThat(pass(stepping, machine, TOKEN)).isCompletedExceptionally();

        machine.set(Duration.ofHours(1));
        assertThat(pass(stepping, machine, TOKEN)).isCompletedExceptionally();
        assertThat(sent).hasValue(60);

        machine.run(Duration.ofSeconds(61));
        assertThat(pass(stepping, machine, throttled(Duration.ofSeconds(20)))).isCompletedExceptionally();
        assertThat(sent).hasValue(61);

        machine.set(Duration.ofHours(1));
        assertThat(pass(stepping, machine, TOKEN)).isCompletedExceptionally();
        assertThat(sent).hasValue(61);

        machine.run(Duration.ofSeconds(20));
        assertThat(pass(stepping, machine, TOKEN)).isCompleted();
    }

    /**
     * A process that was stopped reads the response of the first call before it notices that the others waited for too long.
     */
    @Test
    void callWhoseTimeIsOverIsNotMadeWhenAnotherOneEnds() {
        FakeMachine machine = new FakeMachine();
        CallGuard stopped = on(machine, "lean.max-connections", "2");
        CompletableFuture<AccessToken> response = new CompletableFuture<>();
        CompletableFuture<AccessToken> first = pass(stopped, machine, Uni.createFrom().completionStage(response));
        CompletableFuture<AccessToken> second = pass(stopped, machine, TOKEN);
        assertThat(sent).hasValue(1);

        machine.run(Duration.ofMinutes(5));
        response.complete(null);

        assertThat(first).isCompleted();
        assertThat(second).isCompletedExceptionally();
        assertThat(sent).hasValue(1);
        assertThat(pass(stopped, machine, TOKEN)).isCompleted();
    }

    private CallGuard on(FakeMachine machine, String... namesAndValues) {
        return new CallGuard(Optional::empty, Settings.of(LeanConfig.class, namesAndValues), SteadyClocks.of(machine),
                SteadyClocks.awake(machine), vertx, SharedBudget.NONE);
    }

    private CompletableFuture<AccessToken> pass(CallGuard through, FakeMachine machine, Uni<AccessToken> outcome) {
        // The clock has the time of the machine, and what it was set forward by.
        return through.pass(Requests.ofCaller("client", "secret", true, "192.0.2.7"), Requests.UNTRACED,
                machine.wall().plusMillis(500), HERE, another -> {
                    sent.incrementAndGet();
                    return outcome;
                }).subscribeAsCompletionStage();
    }

    private TokenException call(Uni<AccessToken> outcome) {
        return catchThrowableOfType(TokenException.class, () -> pass(guard, outcome).await().atMost(Duration.ofSeconds(10)));
    }

    private Uni<AccessToken> pass(CallGuard through, Uni<AccessToken> outcome) {
        return through.pass(Requests.ofCaller("client", "secret", true, "192.0.2.7"), Requests.UNTRACED,
                clock.instant().plusSeconds(5), HERE,
                another -> {
                    sent.incrementAndGet();
                    return outcome;
                });
    }

    private static Uni<AccessToken> throttled(Duration wait) {
        return Uni.createFrom().failure(() -> TokenError.THROTTLED.because("throttled").retryAfter(wait));
    }
}
