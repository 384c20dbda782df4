package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.ErrorLogs;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.trace.Traces;
import io.smallrye.mutiny.Uni;

/** What a replica still issues once it was told to forget tokens. */
class ForgetTest {

    private static final Scope CUSTOMER = new Scope("customer.42");

    private final TestClock clock = new TestClock();
    private final FakeLean lean = new FakeLean();
    private final MapTokenCache cache = new MapTokenCache();
    private final Store store = new Store();
    private final TokenSupply supply = new TokenSupply(cache, new SetOfAccepted(), store, lean,
            Settings.of(TokenConfig.class), clock, ErrorLogs.create(), Traces.OFF);

    /** Forgets what a test says. */
    private static final class Store implements TokenStore {

        private long generation;
        private Predicate<TokenKey> forgotten = key -> false;
        private Consumer<Predicate<TokenKey>> memory;

        @Override
        public Uni<Turn> enter(Wish wish) {
            return Uni.createFrom().item(new Lead() {
            });
        }

        @Override
        public long generation() {
            return generation;
        }

        @Override
        public boolean isForgotten(TokenKey key, long since) {
            return since < generation && forgotten.test(key);
        }

        @Override
        public void onForget(Consumer<Predicate<TokenKey>> consumer) {
            memory = consumer;
        }

        private void forget(Predicate<TokenKey> selected) {
            forgotten = selected;
            generation++;
            memory.accept(selected);
        }
    }

    @Test
    void onlySelectedTokensAreRequestedAgain() {
        issue(Scope.API);
        issue(CUSTOMER);

        store.forget(key -> key.scope().equals(CUSTOMER));

        assertThat(issue(CUSTOMER).source()).isEqualTo(Source.MISS);
        assertThat(issue(CUSTOMER).source()).isEqualTo(Source.HIT);
        assertThat(issue(Scope.API).source()).isEqualTo(Source.HIT);
    }

    @Test
    void tokenThatWasRequestedBeforeIsIssuedToEarlierCallersOnly() {
        lean.hangs();
        CompletableFuture<IssuedToken> before = start(Scope.API);
        store.forget(key -> true);

        CompletableFuture<IssuedToken> after = start(Scope.API);
        assertThat(lean.calls()).isEqualTo(2);
        lean.answer();

        assertThat(before).isCompleted();
        assertThat(after.join().shared()).isFalse();
        assertThat(issue(Scope.API).source()).isEqualTo(Source.HIT);
    }

    @Test
    void tokenThatWasRequestedBeforeIsNotCached() {
        lean.hangs();
        CompletableFuture<IssuedToken> before = start(Scope.API);
        store.forget(key -> true);

        lean.answer();

        assertThat(before).isCompleted();
        assertThat(cache.size()).isZero();
    }

    /** A caller that waits for a better token holds the stale one. */
    @Test
    void staleTokenIsNotIssuedAfterwards() {
        issue(Scope.API);
        // Below the minimum validity.
        clock.advance(Duration.ofSeconds(3570));
        lean.hangs();
        CompletableFuture<IssuedToken> waiting = start(Scope.API);
        store.forget(key -> true);

        lean.failsWith(TokenError.LEAN_UNAVAILABLE.because("unavailable"));
        lean.answer();

        assertThatThrownBy(waiting::join).isInstanceOf(CompletionException.class).hasCauseInstanceOf(TokenException.class);
    }

    private IssuedToken issue(Scope scope) {
        return request(scope).await().atMost(Duration.ofSeconds(10));
    }

    private CompletableFuture<IssuedToken> start(Scope scope) {
        return request(scope).subscribeAsCompletionStage();
    }

    private Uni<IssuedToken> request(Scope scope) {
        return supply.token(TokenKey.ofService("service", "", scope),
                purpose -> new UpstreamTokenRequest(Optional.empty(), "service", scope, purpose, CallerAccount.SERVICE),
                CacheControl.ANY).toUni();
    }
}
