package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.CaffeineClasses;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.AcceptedCredentials.Acceptance;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.Scope;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import io.opentelemetry.context.Context;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.mutiny.Uni;

/** In an application, since the library needs one. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class OutageBreakerTest {

    private static final int CALLS = 10;

    private final TestClock clock = new TestClock();
    private OutageBreaker breaker = breaker("0.5");

    @Test
    void opensAgainForTheSameWitnesses() {
        succeed();
        fail(5);
        assertThat(breaker.breaker().state()).isNotEqualTo(CircuitBreakerState.CLOSED);
        untilClosed("another", null);

        succeed();
        fail(7);

        assertThat(breaker.breaker().state()).isNotEqualTo(CircuitBreakerState.CLOSED);
    }

    @Test
    void callsBeforeAnOutageDoNotCountAfterIt() {
        // With a ratio of a half, the bad calls that open it would fill the window without the good ones.
        breaker = breaker("0.3");
        fail(3);
        succeed(7);
        assertThat(breaker.breaker().state()).as("opened by a good call").isNotEqualTo(CircuitBreakerState.CLOSED);
        untilClosed("another", null);

        succeed();
        fail(2);
        assertThat(breaker.breaker().state()).isEqualTo(CircuitBreakerState.CLOSED);
        pass("one more", TokenError.LEAN_FAILED.because("Lean answered 500"));

        assertThat(breaker.breaker().state()).isNotEqualTo(CircuitBreakerState.CLOSED);
    }

    @Test
    void judgesByTheLastCallsHoweverManyWereGoodBefore() {
        TokenException failure = TokenError.LEAN_FAILED.because("Lean answered 500");
        for (int round = 0; round < 3; round++) {
            succeed();
            succeed();
            for (int i = 0; i < 4; i++) {
                pass("witness " + round + i, failure);
            }
            assertThat(breaker.breaker().state()).isEqualTo(CircuitBreakerState.CLOSED);
        }

        pass("one more", failure);

        assertThat(breaker.breaker().state()).isNotEqualTo(CircuitBreakerState.CLOSED);
    }

    @Test
    void witnessThatKeepsFailingCountsAgainAfterAWhile() {
        succeed();
        fail(4);
        for (int minute = 0; minute < 10; minute++) {
            clock.advance(Duration.ofMinutes(1));
            fail(4);
        }
        succeed();

        fail(5);

        assertThat(breaker.breaker().state()).isNotEqualTo(CircuitBreakerState.CLOSED);
    }

    @Test
    void refusalOfANonWitnessIsNoEvidence() {
        succeed();
        fail(5);

        // Any caller can send any number of wrong secrets.
        AtomicBoolean called = new AtomicBoolean();
        await().until(() -> {
            pass(null, TokenError.CALLER_REFUSED.because("Lean answered 401"), called);
            return called.get();
        });
        assertThat(breaker.breaker().state()).isNotEqualTo(CircuitBreakerState.CLOSED);

        untilClosed("another", TokenError.CALLER_REFUSED.because("Lean answered 401"));
    }

    @Test
    void refusalsOfNonWitnessesHideNoOutage() {
        for (int i = 0; i < CALLS; i++) {
            pass(null, TokenError.CALLER_REFUSED.because("Lean answered 401"));
            pass("witness " + i, TokenError.LEAN_FAILED.because("Lean answered 500"));
            pass(null, TokenError.CALLER_REFUSED.because("Lean answered 401"));
        }

        assertThat(breaker.breaker().state()).isNotEqualTo(CircuitBreakerState.CLOSED);
    }

    @Test
    void tokenForANonWitnessClosesTheBreaker() {
        succeed();
        fail(5);

        untilClosed(null, null);
    }

    /** A native executable includes only the registered ones of Caffeine's classes. */
    @Test
    void classesThatCaffeineLoadsByNameAreRegistered() {
        assertThat(OutageBreaker.class.getAnnotation(RegisterForReflection.class).classNames())
                .containsExactlyInAnyOrderElementsOf(CaffeineClasses.usedBy(breaker));
    }

    @Test
    void callOfSeveralCallersIsNotRefusedForRequestsOfOneOfThem() {
        LeanBreaker all = new LeanBreaker(CredentialsOwner.SERVICE, Settings.of(LeanConfig.class), new TestClock());
        CallerAccount inventor = Requests.one("inventor", "inventor", 2);
        for (int i = 0; i < 10; i++) {
            assertThat(outcome(all, new CallerAccounts(inventor, Purpose.NEED), "customer.invented-" + i,
                    Uni.createFrom().failure(TokenError.LEAN_FAILED.because("Lean answered 500"))))
                    .isEqualTo(TokenError.LEAN_FAILED);
        }
        CallerAccounts call = new CallerAccounts(inventor, Purpose.NEED);
        assertThat(outcome(all, call, "customer.new", Uni.createFrom().nullItem())).isEqualTo(TokenError.BREAKER_OPEN);

        call.join(Requests.one("other", "other", 2), Purpose.NEED);

        assertThat(outcome(all, call, "customer.new", Uni.createFrom().nullItem())).isNull();
    }

    /** @return the error of a first request for the scope; null for a token */
    private static TokenError outcome(LeanBreaker breaker, CallerAccounts call, String scope, Uni<AccessToken> lean) {
        UpstreamTokenRequest request = new UpstreamTokenRequest(Optional.empty(), "service", new Scope(scope), call,
                Acceptance.NONE, Duration.ZERO, Context.root());
        CompletableFuture<AccessToken> outcome = breaker.pass(request, () -> lean).subscribeAsCompletionStage();
        return outcome.handle((token, failure) -> failure == null ? null : ((TokenException) failure).error()).join();
    }

    private OutageBreaker breaker(String failureRatio) {
        // The library has its own clock: without a delay, the next call can always probe.
        LeanConfig config = Settings.of(LeanConfig.class, "lean.breaker-request-volume", String.valueOf(CALLS),
                "lean.breaker-failure-ratio", failureRatio, "lean.breaker-delay", "0s");
        return new OutageBreaker(config, clock, "unavailable", state -> {
        });
    }

    private void succeed() {
        succeed(CALLS);
    }

    private void succeed(int calls) {
        for (int i = 0; i < calls; i++) {
            pass("another", null);
        }
    }

    private void fail(int witnesses) {
        for (int i = 0; i < witnesses; i++) {
            pass("witness " + i, TokenError.LEAN_FAILED.because("Lean answered 500"));
        }
    }

    /** The library allows the next probe by a timer. */
    private void untilClosed(String witness, TokenException failure) {
        await().until(() -> {
            pass(witness, failure);
            return breaker.breaker().state() == CircuitBreakerState.CLOSED;
        });
    }

    private void pass(String witness, TokenException failure) {
        pass(witness, failure, new AtomicBoolean());
    }

    private void pass(String witness, TokenException failure, AtomicBoolean called) {
        breaker.pass(witness, () -> {
            called.set(true);
            return failure == null ? Uni.createFrom().nullItem() : Uni.createFrom().failure(failure);
        }).subscribe().with(token -> {
        }, failed -> {
        });
    }
}
