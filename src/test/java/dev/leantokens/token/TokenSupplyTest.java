package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import dev.leantokens.error.ErrorLogs;
import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.AcceptedCredentials.Acceptance;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import dev.leantokens.trace.Traces;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;

/** When a token comes from the cache, when it is requested from Lean, and what happens if Lean fails. */
class TokenSupplyTest {

    private static final Optional<ClientCredentials> SERVICE = Optional.empty();
    private static final Scope CUSTOMER = new Scope("customer.42");
    private static final TokenException UNAVAILABLE = TokenError.LEAN_UNAVAILABLE.because("unavailable")
            .retryAfter(Duration.ofSeconds(5));

    private final TestClock clock = new TestClock();
    private final FakeLean lean = new FakeLean();
    private final MapTokenCache cache = new MapTokenCache();
    private final SetOfAccepted accepted = new SetOfAccepted();
    private TokenSupply supply = supply();

    @Test
    void secondRequestIsServedFromTheCache() {
        IssuedToken first = issue(Scope.API);
        assertThat(first.source()).isEqualTo(Source.MISS);
        assertThat(first.freshFor()).hasValue(3540);
        assertThat(first.shared()).isFalse();
        clock.advance(Duration.ofMillis(10_500));

        IssuedToken second = issue(Scope.API);

        assertThat(second.source()).isEqualTo(Source.HIT);
        assertThat(second.freshFor()).hasValue(3529);
        assertThat(members(second)).containsEntry("access_token", "token-1").containsEntry("expires_in", 3589);
        assertThat(lean.calls()).isOne();
    }

    @Test
    void callersWithinOneSecondGetTheSame() {
        issue(Scope.API);
        IssuedToken first = issue(Scope.API);
        clock.advance(Duration.ofMillis(999));
        assertThat(members(issue(Scope.API))).containsEntry("expires_in", 3599);
        clock.advance(Duration.ofMillis(1));

        IssuedToken second = issue(Scope.API);

        assertThat(issue(Scope.API)).isSameAs(second).isNotSameAs(first);
        assertThat(first.token().json()).contains("\"expires_in\":3600");
        assertThat(first.cacheStatus()).asString().endsWith("; hit; ttl=3540");
        assertThat(second.token().json()).contains("\"expires_in\":3599");
        assertThat(second.cacheStatus()).asString().endsWith("; hit; ttl=3539");
    }

    /** The seconds of both change at different times if the minimum validity has a fraction. */
    @Test
    void lifetimeAndFreshnessAreRoundedEachOnItsOwn() {
        supply = supply("token.minimum-validity", "59.5s");
        issue(Scope.API);
        List<String> seconds = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            IssuedToken issued = issue(Scope.API);
            seconds.add(members(issued).get("expires_in") + " " + issued.freshFor().getAsLong());
            clock.advance(Duration.ofMillis(400));
        }

        assertThat(seconds).containsExactly("3600 3540", "3599 3540", "3599 3539", "3598 3539");
    }

    @Test
    void responseOfLeanIsReturnedUnchanged() {
        assertThat(members(issue(Scope.API))).containsEntry("expires_in", 3600);
    }

    @Test
    void scopesAndCredentialsHaveSeparateTokens() {
        issue(Scope.API);
        issue(CUSTOMER);
        issue(Scope.API, new ClientCredentials("id", "secret"));
        issue(Scope.API, new ClientCredentials("id", "wrong"));
        issue(Scope.API, new ClientCredentials("ids", "ecret"));
        issue(Scope.API, new ClientCredentials("service", ""));

        assertThat(lean.calls()).isEqualTo(6);
    }

    @Test
    void tokenIsServedWhileItHasTheMinimumValidity() {
        supply = supply("token.refresh-ahead", "0");
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3540));
        assertThat(issue(Scope.API).source()).isEqualTo(Source.HIT);

        clock.advance(Duration.ofMillis(1));

        IssuedToken next = issue(Scope.API);
        assertThat(next.source()).isEqualTo(Source.REPLACED);
        assertThat(members(next)).containsEntry("access_token", "token-2");
    }

    @Test
    void customersTokenHasALongerMinimumValidity() {
        supply = supply("token.refresh-ahead", "0");
        issue(CUSTOMER);
        clock.advance(Duration.ofSeconds(3600 - 11 * 60));
        assertThat(issue(CUSTOMER).source()).isEqualTo(Source.HIT);

        clock.advance(Duration.ofMillis(1));

        assertThat(issue(CUSTOMER).source()).isEqualTo(Source.REPLACED);
    }

    @Test
    void requestInTheLastPartReplacesTheTokenInTheBackground() {
        issue(Scope.API);
        // Served for 3,540 s; the last fifth is 708 s.
        clock.advance(Duration.ofSeconds(2832));
        issue(Scope.API);
        assertThat(lean.calls()).isOne();
        clock.advance(Duration.ofSeconds(1));
        lean.hangs();

        IssuedToken old = issue(Scope.API);
        issue(Scope.API);

        assertThat(old.source()).isEqualTo(Source.HIT);
        assertThat(members(old)).containsEntry("access_token", "token-1");
        assertThat(lean.calls()).isEqualTo(2);
        assertThat(lean.requests.get(1).purpose()).isEqualTo(Purpose.REPLACEMENT);

        lean.answer();
        assertThat(members(issue(Scope.API))).containsEntry("access_token", "token-2");
        assertThat(lean.calls()).isEqualTo(2);
    }

    @Test
    void failedReplacementIsInvisibleAndRetriedAfterTheCooldown() {
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3000));
        lean.failsWith(UNAVAILABLE);

        assertThat(issue(Scope.API).source()).isEqualTo(Source.HIT);
        assertThat(issue(Scope.API).source()).isEqualTo(Source.HIT);
        assertThat(lean.calls()).isEqualTo(2);

        clock.advance(Duration.ofSeconds(5));
        issue(Scope.API);
        assertThat(lean.calls()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.INCLUDE, names = { "THROTTLED", "BUDGET_SPENT", "LEAN_UNAVAILABLE", "LEAN_FAILED", "BREAKER_OPEN",
            "LEAN_TIMED_OUT", "UNUSABLE_ANSWER", "OTHER_SCOPE", "SERVICE_CREDENTIALS_REFUSED",
            "SERVICE_NOT_AUTHORIZED" })
    void validTokenIsServedIfItsReplacementFails(TokenError error) {
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3570));
        lean.failsWith(error.because("so"));

        IssuedToken stale = issue(Scope.API);

        assertThat(stale.source()).isEqualTo(Source.STALE_AFTER_FAILURE);
        assertThat(stale.freshFor()).hasValue(-30);
        assertThat(members(stale)).containsEntry("access_token", "token-1").containsEntry("expires_in", 30);
        assertThat(issue(Scope.API).source()).as("in the same second").isEqualTo(Source.STALE);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.INCLUDE, names = { "REFUSED_BY_LEAN", "CALLER_REFUSED" })
    void validTokenDoesNotHideARefusalOfTheCaller(TokenError error) {
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3570));
        lean.failsWith(error.because("so"));

        assertThat(failure(Scope.API).error()).isEqualTo(error);
    }

    @Test
    void whileLeanIsUnavailableItIsAskedOncePerCooldown() {
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3570));
        lean.failsWith(UNAVAILABLE);
        issue(Scope.API);

        assertThat(issue(Scope.API).source()).isEqualTo(Source.STALE);
        assertThat(lean.calls()).isEqualTo(2);

        clock.advance(Duration.ofSeconds(5));
        assertThat(issue(Scope.API).source()).isEqualTo(Source.STALE_AFTER_FAILURE);
        assertThat(lean.calls()).isEqualTo(3);
    }

    @Test
    void callerWaitsALimitedTimeForAReplacement() {
        supply = supply("token.stale-after", "50ms");
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3570));
        lean.hangs();

        assertThat(issue(Scope.API).source()).isEqualTo(Source.STALE_AFTER_FAILURE);

        // The call continued.
        lean.answer();
        assertThat(members(issue(Scope.API))).containsEntry("access_token", "token-2");
        assertThat(lean.calls()).isEqualTo(2);
    }

    @Test
    void tokenThatExpiresWhileTheCallerWaitsIsNotServed() {
        supply = supply("token.stale-after", "50ms");
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3598));
        lean.hangs();
        CompletableFuture<IssuedToken> waiting = start(Scope.API, CacheControl.ANY);
        clock.advance(Duration.ofSeconds(2));
        await().during(Duration.ofMillis(200)).until(() -> !waiting.isDone());

        lean.answer();

        assertThat(waiting.join().source()).isEqualTo(Source.REPLACED);
    }

    @Test
    void tokenThatExpiresWhileLeanFailsIsNotServed() {
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3598));
        lean.hangs();
        lean.failsWith(UNAVAILABLE);
        CompletableFuture<IssuedToken> waiting = start(Scope.API, CacheControl.ANY);
        clock.advance(Duration.ofSeconds(2));

        lean.answer();

        assertThatThrownBy(waiting::join).hasCause(UNAVAILABLE);
    }

    @Test
    void expiredTokenIsNotServed() {
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3599).plusMillis(1));
        lean.failsWith(UNAVAILABLE);

        assertThat(failure(Scope.API)).isSameAs(UNAVAILABLE);
    }

    @Test
    void failureIsNotCached() {
        lean.failsWith(UNAVAILABLE);
        assertThat(failure(Scope.API)).isSameAs(UNAVAILABLE);
        lean.issues(Duration.ofHours(1));

        assertThat(issue(Scope.API).source()).isEqualTo(Source.MISS);
    }

    @Test
    void concurrentCallersShareOneCallWhateverTheirCacheControl() {
        lean.hangs();
        List<CompletableFuture<IssuedToken>> waiting = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            waiting.add(start(Scope.API, CacheControl.ANY));
            waiting.add(start(Scope.API, CacheControl.NO_CACHE));
        }

        lean.answer();

        assertThat(waiting).allSatisfy(one -> assertThat(members(one.join()))
                .containsEntry("access_token", "token-1"));
        assertThat(waiting.stream().filter(one -> !one.join().shared())).hasSize(1);
        assertThat(lean.calls()).isOne();
    }

    @Test
    void callerMayRequestAFreshToken() {
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(5));

        IssuedToken fresh = issue(Scope.API, CacheControl.NO_CACHE);

        assertThat(fresh.source()).isEqualTo(Source.REQUESTED);
        assertThat(members(fresh)).containsEntry("access_token", "token-2");
        assertThat(lean.requests).extracting(UpstreamTokenRequest::purpose).containsExactly(Purpose.NEED, Purpose.REPLACEMENT);
        assertThat(members(issue(Scope.API))).containsEntry("access_token", "token-2");
    }

    @Test
    void freshTokenIsNeededIfTheOldOneHasLessThanTheMinimumValidity() {
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(3570));
        issue(Scope.API, CacheControl.NO_CACHE);

        assertThat(lean.requests).extracting(UpstreamTokenRequest::purpose).containsExactly(Purpose.NEED, Purpose.NEED);
    }

    @Test
    void tokenYoungerThanASecondIsFresh() {
        issue(Scope.API);
        clock.advance(Duration.ofMillis(999));
        assertThat(issue(Scope.API, CacheControl.NO_CACHE).source()).isEqualTo(Source.HIT);

        clock.advance(Duration.ofMillis(1));
        assertThat(issue(Scope.API, CacheControl.NO_CACHE).source()).isEqualTo(Source.REQUESTED);
    }

    @Test
    void requestForAFreshTokenIsNotAnsweredWithTheOldOne() {
        issue(Scope.API);
        clock.advance(Duration.ofSeconds(5));
        lean.failsWith(UNAVAILABLE);

        assertThatThrownBy(() -> issue(Scope.API, CacheControl.NO_CACHE)).isSameAs(UNAVAILABLE);
        assertThat(issue(Scope.API).source()).isEqualTo(Source.HIT);
    }

    @Test
    void refusedCredentialsAreNotSentAgain() {
        TokenException refused = TokenException.refusedByLean(
                new ErrorResponse(401, Map.of("error", "invalid_client"), Optional.empty()));
        lean.failsWith(refused);

        assertThat(failure(Scope.API)).isSameAs(refused);
        assertThat(failure(CUSTOMER)).isSameAs(refused);
        assertThat(lean.calls()).isOne();

        lean.issues(Duration.ofHours(1));
        issue(Scope.API, new ClientCredentials("id", "right"));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.INCLUDE, names = { "SERVICE_CREDENTIALS_REFUSED", "SERVICE_NOT_AUTHORIZED", "CALLER_REFUSED" })
    void refusalOfOneScopeDoesNotAffectOthersIfLeanHasAcceptedOne(TokenError error) {
        issue(Scope.API);
        lean.failsWith(error.because("refused"));
        failure(CUSTOMER);
        failure(CUSTOMER);
        assertThat(lean.calls()).as("calls, with the refusal of the scope cached").isEqualTo(2);

        lean.issues(Duration.ofHours(1));
        assertThat(issue(new Scope("customer.43")).source()).isEqualTo(Source.MISS);
        assertThat(failure(CUSTOMER).error()).isEqualTo(error);
    }

    /** Otherwise a caller that keeps requesting a refused scope could prevent all others from ever being accepted. */
    @Test
    void refusalOfACustomersScopeNeverAffectsTheServicesOtherScopes() {
        lean.failsWith(TokenError.SERVICE_CREDENTIALS_REFUSED.because("refused"));
        failure(CUSTOMER);
        failure(CUSTOMER);
        assertThat(lean.calls()).isOne();
        lean.issues(Duration.ofHours(1));

        assertThat(issue(Scope.API).source()).isEqualTo(Source.MISS);
        assertThat(failure(CUSTOMER).error()).isEqualTo(TokenError.SERVICE_CREDENTIALS_REFUSED);
    }

    /** Otherwise a caller that deletes its own customer at Lean could get the others refused again and again. */
    @Test
    void refusalOfAnAcceptedScopeDoesNotAffectOthers() {
        issue(Scope.API);
        issue(CUSTOMER);
        lean.failsWith(TokenError.SERVICE_CREDENTIALS_REFUSED.because("refused"));
        for (int i = 0; i < 3; i++) {
            requestFreshInVain(CUSTOMER);
            cache.expireRefusals();
        }
        requestFreshInVain(CUSTOMER);

        lean.issues(Duration.ofHours(1));
        assertThat(issue(new Scope("customer.43")).source()).isEqualTo(Source.MISS);
    }

    @Test
    void clientThatIsNotAuthorizedForAScopeMayRequestOthers() {
        TokenException refused = TokenException.refusedByLean(
                new ErrorResponse(401, Map.of("error", "unauthorized_client"), Optional.empty()));
        lean.failsWith(refused);
        failure(CUSTOMER);
        assertThat(failure(CUSTOMER)).isSameAs(refused);
        assertThat(lean.calls()).isOne();

        lean.issues(Duration.ofHours(1));
        assertThat(issue(Scope.API).source()).isEqualTo(Source.MISS);
    }

    @Test
    void requestToLeanSaysWhatLeanHasAccepted() {
        ClientCredentials callers = new ClientCredentials("id", "secret");
        issue(Scope.API, callers);
        issue(CUSTOMER, callers);
        clock.advance(Duration.ofHours(2));
        issue(Scope.API, callers);

        assertThat(lean.requests).extracting(UpstreamTokenRequest::acceptance).containsExactly(Acceptance.NONE,
                new Acceptance(true, false), new Acceptance(true, true));
        assertThat(lean.requests).extracting(UpstreamTokenRequest::accepted).containsExactly(false, true, true);
    }

    @Test
    void refusedCredentialsCountAsAcceptedAgainWithTheirNextToken() {
        ClientCredentials callers = new ClientCredentials("id", "secret");
        issue(Scope.API, callers);
        lean.failsWith(TokenError.CALLER_REFUSED.because("refused"));
        assertThatThrownBy(() -> issue(CUSTOMER, callers)).isInstanceOf(TokenException.class);
        lean.issues(Duration.ofHours(1));
        issue(new Scope("customer.43"), callers);
        issue(new Scope("customer.44"), callers);

        assertThat(lean.requests).extracting(UpstreamTokenRequest::accepted).containsExactly(false, true, false, true);
    }

    @Test
    void credentialsOfTheServiceCountAsAccepted() {
        issue(Scope.API);

        assertThat(lean.requests).extracting(UpstreamTokenRequest::accepted).containsExactly(true);
    }

    @Test
    void refusalOfAnInvalidScopeIsNotCached() {
        lean.failsWith(TokenException.refusedByLean(
                new ErrorResponse(400, Map.of("error", "invalid_scope"), Optional.empty())));
        failure(CUSTOMER);
        failure(CUSTOMER);

        assertThat(lean.calls()).isEqualTo(2);
    }

    @Test
    void tokenWithALifetimeBelowTheMinimumIsRequestedEachTime() {
        lean.issues(Duration.ofSeconds(30));
        issue(Scope.API);

        assertThat(issue(Scope.API).source()).isEqualTo(Source.REPLACED);
    }

    @Test
    void tokenThatHasExpiredOnArrivalIsReturnedAndNotCached() {
        lean.issues(Duration.ZERO);

        assertThat(issue(Scope.API).freshFor()).isEmpty();
        assertThat(issue(Scope.API).source()).isEqualTo(Source.MISS);
    }

    @Test
    void tokenWithoutALifetimeIsReturnedAndNotCached() {
        AccessToken token = AccessToken.of(Map.of("access_token", "a", "token_type", "Bearer"), Scope.API);
        List<UpstreamTokenRequest> requests = new ArrayList<>();
        supply = new TokenSupply(cache, accepted, TokenStore.NONE, request -> {
            requests.add(request);
            return Uni.createFrom().item(token);
        }, Settings.of(TokenConfig.class), clock, ErrorLogs.create(), Traces.OFF);

        assertThat(issue(Scope.API).token()).isSameAs(token);
        assertThat(issue(Scope.API).source()).isEqualTo(Source.MISS);
        assertThat(requests).hasSize(2);
    }

    @Test
    void callerThatWaitedLongGetsTheRemainingLifetime() {
        lean.hangs();
        CompletableFuture<IssuedToken> waiting = start(Scope.API, CacheControl.ANY);
        clock.advance(Duration.ofMillis(2_500));

        lean.answer();

        assertThat(members(waiting.join())).containsEntry("expires_in", 3597);
    }

    @Test
    void tokenWithAnExcessiveLifetimeIsCached() {
        lean.issues(Duration.ofSeconds(Long.MAX_VALUE));
        issue(Scope.API);

        assertThat(issue(Scope.API).source()).isEqualTo(Source.HIT);
    }

    @Test
    void tokenForAnotherScopeIsNeitherIssuedNorCached() {
        lean.issuesOnly(CUSTOMER);

        assertThat(failure(Scope.API).error()).isEqualTo(TokenError.OTHER_SCOPE);
        assertThatThrownBy(() -> issue(Scope.API, new ClientCredentials("id", "secret")))
                .isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(TokenError.OTHER_SCOPE));
        assertThat(cache.size()).isZero();

        lean.issuesOnly(null);
        assertThat(issue(Scope.API).source()).isEqualTo(Source.MISS);
    }

    @Test
    void tokenForAnotherScopeDoesNotReplaceACachedToken() {
        issue(Scope.API);
        lean.issuesOnly(CUSTOMER);
        // Refreshed ahead, in the background.
        clock.advance(Duration.ofSeconds(3000));
        assertThat(members(issue(Scope.API))).containsEntry("access_token", "token-1");
        // Below the minimum validity, where a caller waits for a replacement.
        clock.advance(Duration.ofSeconds(570));
        assertThat(members(issue(Scope.API))).containsEntry("access_token", "token-1");
        assertThat(lean.calls()).isEqualTo(3);
        // A fresh one is requested.
        assertThatThrownBy(() -> issue(Scope.API, CacheControl.NO_CACHE))
                .isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(TokenError.OTHER_SCOPE));

        assertThat(members(issue(Scope.API))).containsEntry("access_token", "token-1");
    }

    @Test
    void tokenForAnotherScopeReachesNoneOfTheWaitingCallers() {
        lean.hangs();
        List<CompletableFuture<IssuedToken>> waiting = List.of(start(Scope.API, CacheControl.ANY),
                start(Scope.API, CacheControl.ANY));
        lean.issuesOnly(CUSTOMER);

        lean.answer();

        assertThat(waiting).allSatisfy(each -> assertThatThrownBy(each::join).hasCauseInstanceOf(TokenException.class));
    }

    /** Mutiny logs dropped failures as errors with a stack trace. */
    @ParameterizedTest
    @EnumSource(value = CacheControl.class, names = { "ANY", "NO_CACHE" })
    void failureAfterItsCallerHasLeftIsNotDropped(CacheControl control) throws Exception {
        issue(Scope.API);
        // Below the minimum validity.
        clock.advance(Duration.ofSeconds(3570));
        lean.hangs();
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Infrastructure.setDroppedExceptionHandler(dropped::add);
        Vertx vertx = Vertx.vertx();
        try {
            Context context = vertx.getOrCreateContext();
            CompletableFuture<Void> over = new CompletableFuture<>();
            context.runOnContext(nothing -> {
                Cancellable caller = request(Scope.API, SERVICE, control).map(IssuedToken::token).subscribe().with(token -> {
                });
                lean.failsWith(UNAVAILABLE);
                Thread other = new Thread(lean::answer);
                other.start();
                join(other);
                caller.cancel();
                context.runOnContext(later -> over.complete(null));
            });
            over.get(10, TimeUnit.SECONDS);
        } finally {
            Infrastructure.resetDroppedExceptionHandler();
            vertx.close();
        }

        assertThat(dropped).isEmpty();
    }

    /** A cache shared with other processes could contain anything. */
    @Test
    void cachedTokenForAnotherScopeCountsAsMissing() {
        CachedToken others = CachedToken.of(
                AccessToken.of(Map.of("access_token", "others", "token_type", "Bearer", "expires_in", 3600), CUSTOMER),
                clock.instant()).orElseThrow();
        cache.put(TokenKey.ofService("service", "", Scope.API), others);

        IssuedToken issued = issue(Scope.API);

        assertThat(issued.source()).isEqualTo(Source.MISS);
        assertThat(members(issued)).containsEntry("access_token", "token-1");
        assertThat(issue(Scope.API).source()).isEqualTo(Source.HIT);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> members(IssuedToken issued) {
        return new JsonObject(issued.token().json()).getMap();
    }

    private IssuedToken issue(Scope scope) {
        return issue(scope, CacheControl.ANY);
    }

    private IssuedToken issue(Scope scope, CacheControl control) {
        return request(scope, SERVICE, control).await().atMost(Duration.ofSeconds(10));
    }

    private void issue(Scope scope, ClientCredentials callers) {
        request(scope, Optional.of(callers), CacheControl.ANY).await().atMost(Duration.ofSeconds(10));
    }

    private CompletableFuture<IssuedToken> start(Scope scope, CacheControl control) {
        return request(scope, SERVICE, control).subscribeAsCompletionStage();
    }

    private TokenException failure(Scope scope) {
        return catchThrowableOfType(TokenException.class, () -> issue(scope));
    }

    private void requestFreshInVain(Scope scope) {
        clock.advance(Duration.ofSeconds(1));
        assertThatThrownBy(() -> issue(scope, CacheControl.NO_CACHE)).isInstanceOf(TokenException.class);
    }

    private Uni<IssuedToken> request(Scope scope, Optional<ClientCredentials> callers, CacheControl control) {
        String client = callers.map(TokenKey::digest).orElse("");
        return supply.token(new TokenKey("service", client, "", scope),
                purpose -> new UpstreamTokenRequest(callers, client, scope, purpose, CallerAccount.SERVICE), control)
                .toUni();
    }

    private TokenSupply supply(String... settings) {
        return new TokenSupply(cache, accepted, TokenStore.NONE, lean, Settings.of(TokenConfig.class, settings), clock,
                ErrorLogs.create(), Traces.OFF);
    }
}
