package dev.leantokens.store;

import static dev.leantokens.store.TestFleet.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.CacheControl;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TestReplica;
import dev.leantokens.token.TokenStore;
import dev.leantokens.token.TokenStore.Lead;
import dev.leantokens.token.TokenStore.Turn;
import dev.leantokens.token.TokenStore.Wish;

/** What replicas share by a real Redis, and when they wait for each other. */
class RedisTokenStoreTest {

    private static final Scope CUSTOMER = new Scope("customer.42");
    private static final Optional<ClientCredentials> CALLER = Optional.of(new ClientCredentials("caller", "secret"));
    private static final int PATIENCE_SECONDS = 10;

    private final TestFleet fleet = new TestFleet();
    private final GatedLean lean = fleet.lean;

    @AfterEach
    void close() {
        fleet.close();
    }

    private static IssuedToken get(CompletableFuture<IssuedToken> issued) {
        try {
            return issued.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static TokenException failure(CompletableFuture<IssuedToken> issued) {
        soon().until(issued::isDone);
        return (TokenException) issued.handle((token, failure) -> failure).join();
    }

    /** For what depends on Redis' clock or the order of messages. */
    private static void pause(Duration duration) {
        await().pollDelay(duration).until(() -> true);
    }

    private void awaitEntries(int number) {
        soon().until(() -> fleet.names("t").size() == number);
    }

    @Test
    void tokenOfOneReplicaIsUsedByTheOthers() {
        IssuedToken first = get(fleet.replica().issue(Scope.API));
        assertThat(first.source()).isEqualTo(Source.MISS);
        awaitEntries(1);

        TestReplica other = fleet.replica();
        IssuedToken shared = get(other.issue(Scope.API));

        assertThat(shared.source()).isEqualTo(Source.SHARED);
        assertThat(TestReplica.text(shared)).isEqualTo("token-1");
        assertThat(TestReplica.expiresIn(shared)).isBetween(3590, 3600);
        assertThat(shared.freshFor().getAsLong()).isBetween(3530L, 3540L);
        assertThat(get(other.issue(Scope.API)).source()).isEqualTo(Source.HIT);
        assertThat(lean.calls()).isOne();
    }

    @Test
    void replicasThatMissTheSameTokenAtOnceCauseOneCall() {
        List<TestReplica> replicas = IntStream.range(0, 8).mapToObj(i -> fleet.replica()).toList();
        lean.close();
        List<CompletableFuture<IssuedToken>> waiting = replicas.stream().map(replica -> replica.issue(Scope.API)).toList();
        soon().until(() -> lean.calls() > 0 && isAwaited());

        lean.open();

        assertThat(waiting).extracting(RedisTokenStoreTest::get).extracting(TestReplica::text).containsOnly("token-1");
        assertThat(lean.calls()).isOne();
        assertThat(fleet.registry.get("store.waits").timer().count()).isEqualTo(7);
    }

    private boolean isAwaited() {
        return fleet.names("l").stream().anyMatch(lock -> fleet.redis.send("HGET", lock, "waiting") != null);
    }

    @Test
    void tokensOfOtherScopesAndCredentialsAreSeparate() {
        TestReplica one = fleet.replica();
        TestReplica other = fleet.replica();
        get(one.issue(Scope.API));
        get(one.issue(CUSTOMER));
        get(one.issue(Scope.API, CALLER, CacheControl.ANY));
        awaitEntries(3);

        assertThat(TestReplica.text(get(other.issue(CUSTOMER)))).isEqualTo("token-2");
        assertThat(TestReplica.text(get(other.issue(Scope.API, CALLER, CacheControl.ANY)))).isEqualTo("token-3");
        assertThat(get(other.issue(Scope.API, Optional.of(new ClientCredentials("caller", "wrong")), CacheControl.ANY))
                .source()).isEqualTo(Source.MISS);
        assertThat(get(other.issue(CUSTOMER, CALLER, CacheControl.ANY)).source()).isEqualTo(Source.MISS);
    }

    @Test
    void othersWaitAtMostTheLeaseForAReplicaThatDied() {
        // Never ended, as if its replica had been killed.
        Turn turn = enter(fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY)), Scope.API);
        assertThat(turn).isInstanceOf(Lead.class);
        long start = System.nanoTime();

        IssuedToken issued = get(fleet.replica().issue(Scope.API));

        assertThat(issued.source()).isEqualTo(Source.MISS);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(TestFleet.LEASE.minusMillis(500),
                TestFleet.LEASE.plusSeconds(2));
    }

    private static Turn enter(TokenStore store, Scope scope) {
        return store.enter(new Wish(RedisTokens.key(scope), "fingerprint", false, 60_000, false, true))
                .await().atMost(Duration.ofSeconds(PATIENCE_SECONDS));
    }

    /** Otherwise, a connection that breaks in the wrong moment would hold up the others for the lease. */
    @Test
    void tokenIsSharedThoughTheConnectionBroke() {
        TokenStore store = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
        Lead lead = (Lead) enter(store, Scope.API);
        String own = text(fleet.redis.send("CLIENT", "ID"));
        List<String> connections = Stream.of(text(fleet.redis.send("CLIENT", "LIST")).split("\n"))
                .map(line -> line.replaceFirst("^id=(\\d+) .*", "$1").strip()).filter(id -> !id.equals(own)).toList();
        CompletableFuture<IssuedToken> waiting = fleet.replica().issue(Scope.API);
        soon().until(this::isAwaited);
        long start = System.nanoTime();

        connections.forEach(id -> fleet.redis.send("CLIENT", "KILL", "ID", id));
        lead.publish(RedisTokens.token("published"));

        assertThat(TestReplica.text(get(waiting))).isEqualTo("published");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TestFleet.LEASE);
    }

    private static String text(Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : reply.toString();
    }

    @Test
    void lateReplicaNeitherReplacesALaterTokenNorReleasesItsLock() {
        Lead late = (Lead) enter(fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY)), Scope.API);
        TokenStore store = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
        Lead next = (Lead) enter(store, Scope.API);
        next.publish(RedisTokens.token("next"));
        awaitEntries(1);
        Turn third = store.enter(new Wish(RedisTokens.key(Scope.API), "fingerprint", false, 60_000_000, false, false))
                .await().atMost(Duration.ofSeconds(PATIENCE_SECONDS));
        assertThat(third).isInstanceOf(Lead.class);

        late.publish(RedisTokens.token("late"));

        pause(Duration.ofMillis(200));
        TokenStore.Shared shared = (TokenStore.Shared) enter(store, Scope.API);
        assertThat(shared.token().original().json()).contains("next");
        assertThat(fleet.names("l")).hasSize(1);
    }

    @Test
    void failureOfLeanIsSharedWithThoseThatWait() {
        List<TestReplica> replicas = IntStream.range(0, 4).mapToObj(i -> fleet.replica()).toList();
        lean.close();
        List<CompletableFuture<IssuedToken>> waiting = new ArrayList<>();
        replicas.forEach(replica -> waiting.add(replica.issue(Scope.API)));
        soon().until(() -> lean.calls() > 0 && isAwaited());
        pause(Duration.ofMillis(200));
        lean.failsWith(TokenError.LEAN_UNAVAILABLE.because("Lean answered 503").retryAfter(Duration.ofSeconds(7)));

        lean.open();

        assertThat(waiting).extracting(RedisTokenStoreTest::failure).allSatisfy(failure -> {
            assertThat(failure.error()).isEqualTo(TokenError.LEAN_UNAVAILABLE);
            assertThat(failure.response().retryAfter()).contains(Duration.ofSeconds(7));
            assertThat(failure.response().json()).contains("Lean answered 503; retry after 7 s");
        });
        assertThat(lean.calls()).isOne();
    }

    /** The secret of a client is changed in one replica after the other. */
    @Test
    void failureOfAnotherSecretIsNotBelieved() {
        TestReplica old = fleet.replica();
        TestReplica next = new TestReplica("new secret", fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY)), lean,
                Clock.systemUTC());
        lean.close();
        CompletableFuture<IssuedToken> refused = old.issue(Scope.API);
        soon().until(() -> lean.calls() == 1);
        CompletableFuture<IssuedToken> waiting = next.issue(Scope.API);
        soon().until(this::isAwaited);
        lean.failsOnceWith(TokenError.SERVICE_CREDENTIALS_REFUSED.because("refused"));

        lean.open();

        assertThat(failure(refused).error()).isEqualTo(TokenError.SERVICE_CREDENTIALS_REFUSED);
        assertThat(get(waiting).source()).isEqualTo(Source.MISS);
    }

    /** A replica that cannot reach Lean fails fast, and would fail for all. */
    @Test
    void failureToReachLeanIsNotShared() {
        TestReplica one = fleet.replica();
        TestReplica other = fleet.replica();
        lean.close();
        CompletableFuture<IssuedToken> first = one.issue(Scope.API);
        soon().until(() -> lean.calls() == 1);
        CompletableFuture<IssuedToken> second = other.issue(Scope.API);
        soon().until(this::isAwaited);
        lean.failsOnceWith(TokenError.LEAN_UNAVAILABLE.because("unreachable", new java.net.ConnectException("refused"))
                .retryAfter(Duration.ofSeconds(5)));

        lean.open();

        assertThat(failure(first).error()).isEqualTo(TokenError.LEAN_UNAVAILABLE);
        assertThat(get(second).source()).isEqualTo(Source.MISS);
    }

    /** Redis still reads what it was sent before it was stopped. */
    @Test
    void redisThatWasStoppedTakesNoLockForCallsThatWentOnWithoutIt() {
        RedisTokenStore store = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
        ((Lead) enter(store, CUSTOMER)).release();
        soon().until(() -> fleet.names("l").isEmpty());
        fleet.server.freeze();
        assertThat(enter(store, Scope.API)).isInstanceOf(Lead.class);
        pause(Duration.ofMillis(500));

        fleet.server.thaw();

        pause(Duration.ofMillis(300));
        assertThat(fleet.names("l")).isEmpty();
        assertThat(fleet.count("store.lookups", "outcome", "unavailable")).isOne();
    }

    @Test
    void callsThatWaitGoOnAloneWhenTheirReplicaEnds() {
        assertThat(enter(fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY)), Scope.API)).isInstanceOf(Lead.class);
        RedisTokenStore ending = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
        CompletableFuture<Turn> waiting = ending.enter(new Wish(RedisTokens.key(Scope.API), "fingerprint", false, 60_000, false,
                true)).subscribeAsCompletionStage();
        soon().until(this::isAwaited);

        ending.endWaits();

        soon().atMost(TestFleet.LEASE.dividedBy(2)).until(waiting::isDone);
        assertThat(waiting.join()).isInstanceOf(Lead.class);
    }

    /** Otherwise, its connection would be closed before it has an answer. */
    @Test
    void waitFitsIntoTheTimeOfARequest() {
        assertThat(TokenStoreProducer.longestWait(Duration.ofSeconds(10), Duration.ofSeconds(20))).hasSeconds(15);
        assertThat(TokenStoreProducer.longestWait(Duration.ofSeconds(60), Duration.ofSeconds(20))).hasSeconds(15);
        assertThat(TokenStoreProducer.longestWait(Duration.ofSeconds(4), Duration.ofSeconds(20))).hasSeconds(6);
    }

    @Test
    void replicaThatEndsLeavesNoLock() {
        RedisTokenStore store = fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
        assertThat(enter(store, Scope.API)).isInstanceOf(Lead.class);
        assertThat(fleet.names("l")).hasSize(1);

        store.close();

        soon().atMost(TestFleet.LEASE.dividedBy(2)).until(() -> fleet.names("l").isEmpty());
    }

    @Test
    void failureOfOneReplicaAloneIsNotShared() {
        TestReplica one = fleet.replica();
        TestReplica other = fleet.replica();
        lean.close();
        lean.failsWith(TokenError.BUDGET_SPENT.because("spent"));
        CompletableFuture<IssuedToken> first = one.issue(Scope.API);
        soon().until(() -> lean.calls() == 1);
        CompletableFuture<IssuedToken> second = other.issue(Scope.API);
        soon().until(this::isAwaited);

        lean.open();

        assertThat(failure(first).error()).isEqualTo(TokenError.BUDGET_SPENT);
        assertThat(failure(second).error()).isEqualTo(TokenError.BUDGET_SPENT);
        assertThat(lean.calls()).isEqualTo(2);
    }

    @Test
    void refusedCredentialsAreRememberedForAll() {
        lean.failsWith(TokenException.refusedByLean(new ErrorResponse(401,
                Map.of("error", "invalid_client", "error_description", "Lean's own text"), Optional.empty())));
        TestReplica one = fleet.replica();
        failure(one.issue(Scope.API, CALLER, CacheControl.ANY));
        soon().until(() -> fleet.names("r").size() == 1);

        TokenException shared = failure(fleet.replica().issue(CUSTOMER, CALLER, CacheControl.ANY));

        assertThat(shared.error()).isEqualTo(TokenError.REFUSED_BY_LEAN);
        assertThat(shared.response().status()).isEqualTo(401);
        assertThat(shared.response().json()).contains("Lean's own text");
        assertThat(shared.getMessage()).doesNotContain("Lean's own text");
        assertThat(lean.calls()).isOne();
        lean.failsWith(null);
        assertThat(get(fleet.replica().issue(CUSTOMER)).source()).as("with other credentials").isEqualTo(Source.MISS);
    }

    @Test
    void replicaThatHasSeenLeanAcceptTheCredentialsDoesNotBelieveThatLeanRefusesAll() {
        TestReplica accepted = fleet.replica();
        get(accepted.issue(Scope.API, CALLER, CacheControl.ANY));
        awaitEntries(1);
        fleet.redis.send("FLUSHALL");
        lean.failsWith(TokenException.refusedByLean(new ErrorResponse(401, Map.of("error", "invalid_client"),
                Optional.empty())));
        failure(fleet.replica().issue(Scope.API, CALLER, CacheControl.ANY));
        soon().until(() -> fleet.names("r").size() == 1);
        lean.failsWith(null);

        assertThat(get(accepted.issue(CUSTOMER, CALLER, CacheControl.ANY)).source()).isEqualTo(Source.MISS);
    }

    @Test
    void sharedTokenOfACallerShowsThatLeanAcceptsItsCredentials() {
        get(fleet.replica().issue(Scope.API, CALLER, CacheControl.ANY));
        awaitEntries(1);
        TestReplica other = fleet.replica();
        get(other.issue(Scope.API, CALLER, CacheControl.ANY));

        get(other.issue(CUSTOMER, CALLER, CacheControl.ANY));

        assertThat(lean.requests).last().satisfies(request -> assertThat(request.accepted()).isTrue());
    }

    @Test
    void freshTokenReplacesTheSharedOneForAll() {
        TestReplica one = fleet.replica();
        get(one.issue(Scope.API));
        awaitEntries(1);
        TestReplica other = fleet.replica();
        get(other.issue(Scope.API));
        pause(Duration.ofMillis(1100));

        assertThat(TestReplica.text(get(other.issue(Scope.API, CacheControl.NO_CACHE)))).isEqualTo("token-2");
        soon().until(() -> TestReplica.text(get(fleet.replica().issue(Scope.API))).equals("token-2"));
        IssuedToken fresh = get(one.issue(Scope.API, CacheControl.NO_CACHE));
        assertThat(TestReplica.text(fresh)).as("requested by another replica a moment ago").isEqualTo("token-2");
        assertThat(fresh.source()).isEqualTo(Source.SHARED);
        assertThat(lean.calls()).isEqualTo(2);
    }

    @Test
    void freshTokenOfACallThatWasWaitedForIsFresh() {
        TestReplica one = fleet.replica();
        TestReplica other = fleet.replica();
        lean.close();
        CompletableFuture<IssuedToken> first = one.issue(Scope.API);
        soon().until(() -> lean.calls() == 1);
        CompletableFuture<IssuedToken> fresh = other.issue(Scope.API, CacheControl.NO_CACHE);
        soon().until(this::isAwaited);
        pause(Duration.ofMillis(1100));

        lean.open();

        assertThat(Stream.of(first, fresh).map(RedisTokenStoreTest::get).map(TestReplica::text)).containsOnly("token-1");
    }

    @Test
    void callerThatRequestsAFreshTokenDoesNotGetTheOldOneOfACallThatItJoined() {
        get(fleet.replica().issue(Scope.API));
        awaitEntries(1);
        pause(Duration.ofMillis(1100));
        TestReplica other = fleet.replica();
        CompletableFuture<IssuedToken> any = other.issue(Scope.API);

        IssuedToken fresh = get(other.issue(Scope.API, CacheControl.NO_CACHE));

        assertThat(TestReplica.text(get(any))).isEqualTo("token-1");
        assertThat(TestReplica.text(fresh)).isEqualTo("token-2");
    }

    @Test
    void withoutRedisEachReplicaCallsLeanWithoutDelay() {
        TestReplica one = fleet.replica();
        TestReplica other = fleet.replica();
        fleet.server.freeze();
        long start = System.nanoTime();

        get(one.issue(Scope.API));
        get(other.issue(Scope.API));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(lean.calls()).isEqualTo(2);
    }

    /** Otherwise, the first call after the start could take longer than it waits for Redis. */
    @Test
    void scriptsAreKnownToRedisBeforeTheFirstCall() {
        fleet.store(Clock.systemUTC(), List.of(TestFleet.KEY));
        soon().until(() -> fleet.names("w").stream().anyMatch(name -> name.endsWith("w:token")));

        for (String script : List.of("enter", "publish")) {
            assertThat(fleet.redis.send("SCRIPT", "EXISTS", StoreScript.read(script).digest())).as(script)
                    .isEqualTo(List.of(1L));
        }
        assertThat(fleet.count("store.lookups", "outcome", "miss")).isZero();
    }

    @Test
    void sharedTokenBelowItsMinimumIsIssuedIfLeanFails() {
        lean.issuesFor(Duration.ofSeconds(30));
        get(fleet.replica().issue(Scope.API));
        awaitEntries(1);
        lean.failsWith(TokenError.LEAN_UNAVAILABLE.because("unavailable"));

        IssuedToken stale = get(fleet.replica().issue(Scope.API));

        assertThat(stale.source()).isEqualTo(Source.STALE_AFTER_FAILURE);
        assertThat(TestReplica.text(stale)).isEqualTo("token-1");
        assertThatThrownBy(() -> fleet.replica().issue(Scope.API, CacheControl.NO_CACHE).get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TokenException.class);
    }

    @Test
    void eachKeyHasItsOwnEntriesAndNoneOfThemInPlainText() {
        get(fleet.replica().issue(CUSTOMER));
        awaitEntries(1);
        TokenStore rotated = fleet.store(Clock.systemUTC(), List.of(TestFleet.key(2), TestFleet.KEY));
        assertThat(enter(rotated, CUSTOMER)).isInstanceOf(Lead.class);

        List<String> all = ((List<?>) fleet.redis.send("KEYS", "*")).stream().map(name -> new String((byte[]) name)).toList();

        assertThat(all).allSatisfy(name -> assertThat(name).doesNotContain("42").doesNotContain(TestReplica.CLIENT_ID));
        assertThat(fleet.redis.send("HGET", fleet.names("t").get(0), "entry").toString()).doesNotContain("token-1");
    }
}
