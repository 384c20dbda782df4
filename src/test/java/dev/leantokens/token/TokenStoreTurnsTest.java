package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.ErrorLogs;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.TokenStore.Elsewhere;
import dev.leantokens.token.TokenStore.Extent;
import dev.leantokens.token.TokenStore.Failed;
import dev.leantokens.token.TokenStore.Lead;
import dev.leantokens.token.TokenStore.Shared;
import dev.leantokens.token.TokenStore.Turn;
import dev.leantokens.token.TokenStore.Wish;
import dev.leantokens.trace.Traces;
import io.smallrye.mutiny.Uni;

/** What becomes of the turns that a store gives. */
class TokenStoreTurnsTest {

    private static final TokenException UNAVAILABLE = TokenError.LEAN_UNAVAILABLE.because("unavailable");

    private final TestClock clock = new TestClock();
    private final FakeLean lean = new FakeLean();
    private final List<Wish> wishes = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private final Deque<Uni<Turn>> turns = new ArrayDeque<>();
    private final TokenStore store = wish -> {
        wishes.add(wish);
        return turns.isEmpty() ? Uni.createFrom().item(lead(Optional.empty())) : turns.pop();
    };
    private final TokenSupply supply = new TokenSupply(new MapTokenCache(), new SetOfAccepted(), store, lean,
            Settings.of(TokenConfig.class), clock, ErrorLogs.create(), Traces.OFF);

    private Lead lead(Optional<CachedToken> fallback) {
        return new Lead() {

            @Override
            public Optional<CachedToken> fallback() {
                return fallback;
            }

            @Override
            public void publish(CachedToken token) {
                ends.add("published");
            }

            @Override
            public void fail(Throwable failure, Optional<Extent> refusal) {
                ends.add("failed " + ((TokenException) failure).error() + refusal.map(extent -> " " + extent).orElse(""));
            }

            @Override
            public void release() {
                ends.add("released");
            }
        };
    }

    private void next(Turn turn) {
        turns.add(Uni.createFrom().item(turn));
    }

    private CompletableFuture<IssuedToken> start(CacheControl control) {
        return supply.token(TokenKey.ofService("service", "", Scope.API),
                purpose -> new UpstreamTokenRequest(Optional.empty(), "fingerprint", Scope.API, purpose, CallerAccount.SERVICE),
                control).toUni().subscribeAsCompletionStage();
    }

    private IssuedToken issue() {
        return start(CacheControl.ANY).join();
    }

    private CachedToken shared(Duration remaining) {
        return CachedToken.shared(AccessToken.of(Map.of("access_token", "shared", "token_type", "Bearer", "expires_in", 3600),
                Scope.API), remaining, clock.instant()).orElseThrow();
    }

    @Test
    void turnToCallLeanIsEndedOnce() {
        issue();
        lean.issues(Duration.ZERO);
        clock.advance(Duration.ofHours(2));
        issue();
        lean.failsWith(UNAVAILABLE);
        assertThatThrownBy(this::issue).hasCause(UNAVAILABLE);
        lean.failsWith(TokenError.SERVICE_CREDENTIALS_REFUSED.because("refused"));
        assertThatThrownBy(this::issue).hasCauseInstanceOf(TokenException.class);

        assertThat(ends).containsExactly("published", "released", "failed LEAN_UNAVAILABLE",
                "failed SERVICE_CREDENTIALS_REFUSED SCOPE");
    }

    @Test
    void sharedTokenIsCachedForItsRemainingLife() {
        next(new Shared(shared(Duration.ofSeconds(1000))));

        IssuedToken issued = issue();

        assertThat(issued.source()).isEqualTo(Source.SHARED);
        assertThat(issued.freshFor()).hasValue(940);
        assertThat(TestReplica.expiresIn(issued)).isEqualTo(1000);
        clock.advance(Duration.ofSeconds(100));
        assertThat(issue().source()).isEqualTo(Source.HIT);
        assertThat(TestReplica.expiresIn(issue())).isEqualTo(900);
        assertThat(lean.calls()).isZero();
    }

    @Test
    void failureOfAnotherReplicaReachesTheCallers() {
        next(new Failed(UNAVAILABLE));

        assertThatThrownBy(this::issue).hasCause(UNAVAILABLE);
        assertThat(lean.calls()).isZero();
    }

    @Test
    void replacementByAnotherReplicaIsInvisibleAndNotLookedForEachTime() {
        issue();
        clock.advance(Duration.ofSeconds(3000));
        next(new Elsewhere());
        wishes.clear();

        for (int i = 0; i < 5; i++) {
            assertThat(issue().source()).isEqualTo(Source.HIT);
        }

        assertThat(wishes).singleElement().satisfies(wish -> {
            assertThat(wish.waits()).isFalse();
            assertThat(wish.minimumValidity()).as("not due for replacement itself").isEqualTo((60 + 708) * 1000);
        });
        clock.advance(Duration.ofSeconds(1));
        next(new Shared(shared(Duration.ofSeconds(3599))));
        issue();
        assertThat(TestReplica.text(issue())).isEqualTo("shared");
        assertThat(lean.calls()).isOne();
    }

    @Test
    void callerThatJoinsAReplacementWaitsForTheOtherReplica() {
        issue();
        clock.advance(Duration.ofSeconds(3000));
        CompletableFuture<Turn> undecided = new CompletableFuture<>();
        turns.add(Uni.createFrom().completionStage(undecided));
        wishes.clear();
        issue();
        CompletableFuture<IssuedToken> fresh = start(CacheControl.NO_CACHE);
        assertThat(fresh).isNotDone();
        next(new Shared(shared(Duration.ofSeconds(3600))));

        undecided.complete(new Elsewhere());

        assertThat(TestReplica.text(fresh.join())).isEqualTo("shared");
        assertThat(wishes).extracting(Wish::waits).containsExactly(false, true);
        assertThat(wishes).extracting(Wish::fresh).containsExactly(false, true);
    }

    @Test
    void sharedTokenBelowTheMinimumIsIssuedOnlyIfLeanFails() {
        next(lead(Optional.of(shared(Duration.ofSeconds(30)))));
        assertThat(issue().source()).isEqualTo(Source.MISS);
        clock.advance(Duration.ofHours(2));
        lean.failsWith(UNAVAILABLE);
        next(lead(Optional.of(shared(Duration.ofSeconds(30)))));

        assertThat(issue().source()).isEqualTo(Source.STALE_AFTER_FAILURE);

        assertThat(issue().source()).as("Lean failed a moment ago").isEqualTo(Source.STALE);
        clock.advance(Duration.ofSeconds(29).plusMillis(1));
        assertThatThrownBy(this::issue).hasCause(UNAVAILABLE);
    }

    @Test
    void emptyMemoryIsNoReasonForATokenThatIsNotFresh() {
        start(CacheControl.NO_CACHE).join();

        assertThat(wishes).extracting(Wish::fresh).containsExactly(true);
    }
}
