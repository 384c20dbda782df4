package dev.leantokens.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.LogLines.Line;
import dev.leantokens.testing.SpanRecorder;
import dev.leantokens.testing.TestClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;

class FetchedKeysTest {

    private static final Duration KEPT = Duration.ofHours(24);
    private static final KeysException UNREACHABLE = new KeysException(KeysFault.UNREACHABLE, "its key set: unreachable");

    private final TestClock clock = new TestClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LogLines log = LogLines.ofThisThread("dev.leantokens.issuer.KeysLog");
    /** The responses to come; the last one is repeated. */
    private final List<Future<KeySet>> responses = new ArrayList<>();
    private final SpanRecorder spans = new SpanRecorder();
    private final AtomicInteger fetches = new AtomicInteger();
    private final List<Scheduled> scheduled = new ArrayList<>();

    private final FetchedKeys keys = new FetchedKeys("k8s", this::fetch, this::schedule, KEPT, clock,
            new KeysMetrics(registry, "k8s"), spans.traces());

    @AfterEach
    void stopListening() {
        log.close();
    }

    private Future<KeySet> fetch() {
        fetches.incrementAndGet();
        return responses.size() == 1 ? responses.get(0) : responses.remove(0);
    }

    private record Scheduled(Instant at, Runnable task) {
    }

    private Runnable schedule(Duration delay, Runnable task) {
        Scheduled entry = new Scheduled(clock.instant().plus(delay), task);
        scheduled.add(entry);
        return () -> scheduled.remove(entry);
    }

    /** Lets time pass, and runs what is due meanwhile. */
    private void advance(Duration duration) {
        Instant end = clock.instant().plus(duration);
        for (Optional<Scheduled> next = nextUntil(end); next.isPresent(); next = nextUntil(end)) {
            scheduled.remove(next.get());
            clock.advance(Duration.between(clock.instant(), next.get().at()));
            next.get().task().run();
        }
        clock.advance(Duration.between(clock.instant(), end));
    }

    private Optional<Scheduled> nextUntil(Instant end) {
        return scheduled.stream().filter(entry -> !entry.at().isAfter(end)).min(Comparator.comparing(Scheduled::at));
    }

    private void respond(Future<KeySet> response) {
        responses.clear();
        responses.add(response);
    }

    private static KeySet set(String... ids) {
        StringBuilder text = new StringBuilder("{\"keys\":[");
        try {
            for (String id : ids) {
                PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
                key.setKeyId(id);
                text.append(text.length() > 9 ? "," : "").append(key.toJson(OutputControlLevel.PUBLIC_ONLY));
            }
            return KeySet.parse(text + "]}");
        } catch (JoseException | KeysException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> ids() {
        return keys.current().orElse(List.of()).stream().map(PublicJsonWebKey::getKeyId).toList();
    }

    private double fetches(String outcome) {
        return registry.get("issuer.keys.fetches").tags("issuer", "k8s", "outcome", outcome).counter().count();
    }

    @Test
    void keysAreFetchedAtTheStartAndEachFiveMinutes() {
        respond(Future.succeededFuture(set("a")));
        assertThat(keys.current()).isEmpty();

        keys.start();

        assertThat(ids()).containsExactly("a");
        advance(Duration.ofMinutes(4));
        assertThat(fetches).hasValue(1);
        respond(Future.succeededFuture(set("b", "c")));
        advance(Duration.ofMinutes(1));
        assertThat(ids()).containsExactly("b", "c");
        advance(Duration.ofHours(1));
        assertThat(fetches).hasValue(14);
        assertThat(fetches("success")).isEqualTo(14);
        assertThat(registry.get("issuer.keys").gauge().value()).isEqualTo(2);
        assertThat(log.lines()).extracting(Line::level, Line::message).containsExactly(
                tuple("INFO", "The issuer k8s has 1 key"),
                tuple("INFO", "The issuer k8s has changed its keys, and now has 2 keys"));
    }

    @Test
    void listIsTheSameUntilTheKeysChange() {
        KeySet one = set("a", "b");
        respond(Future.succeededFuture(one));
        keys.start();
        List<PublicJsonWebKey> first = keys.current().orElseThrow();

        respond(Future.succeededFuture(new KeySet(List.of(one.keys().get(1), one.keys().get(0)))));
        advance(FetchedKeys.INTERVAL);
        assertThat(keys.current().orElseThrow()).isSameAs(first);

        respond(Future.succeededFuture(set("a")));
        advance(FetchedKeys.INTERVAL);
        assertThat(ids()).containsExactly("a");
    }

    @Test
    void keysAreFetchedOnceForAThousandConcurrentMisses() throws InterruptedException {
        respond(Future.succeededFuture(set("a")));
        keys.start();
        Promise<KeySet> slow = Promise.promise();
        respond(slow.future());
        int misses = 1000;
        CountDownLatch asked = new CountDownLatch(misses);
        CountDownLatch answered = new CountDownLatch(misses);
        AtomicInteger withKey = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            for (int i = 0; i < misses; i++) {
                threads.execute(() -> {
                    keys.refresh(keys.current()).orElseThrow().subscribe().with(done -> {
                        withKey.addAndGet(ids().equals(List.of("b")) ? 1 : 0);
                        answered.countDown();
                    });
                    asked.countDown();
                });
            }
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(fetches).hasValue(2);
            assertThat(ids()).as("meanwhile").containsExactly("a");

            slow.complete(set("b"));

            assertThat(answered.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(withKey).hasValue(misses);
            assertThat(fetches).hasValue(2);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void missesCauseAtMostOneFetchInThirtySeconds() {
        respond(Future.succeededFuture(set("a")));
        keys.start();

        assertThat(keys.refresh(keys.current())).as("a rotation just after a scheduled fetch").isPresent();
        assertThat(fetches).hasValue(2);
        for (int second = 0; second < 29; second++) {
            advance(Duration.ofSeconds(1));
            assertThat(keys.refresh(keys.current())).isEmpty();
        }
        advance(Duration.ofSeconds(1));
        respond(Future.failedFuture(UNREACHABLE));
        assertThat(keys.refresh(keys.current())).isPresent();
        assertThat(fetches).hasValue(3);
        assertThat(keys.refresh(keys.current())).as("failures count").isEmpty();
    }

    @Test
    void missPostponesTheScheduledFetch() {
        respond(Future.succeededFuture(set("a")));
        keys.start();
        advance(Duration.ofMinutes(1));
        assertThat(keys.refresh(keys.current())).isPresent();

        advance(FetchedKeys.INTERVAL.minusSeconds(1));
        assertThat(fetches).hasValue(2);
        advance(Duration.ofSeconds(1));
        assertThat(fetches).hasValue(3);
        assertThat(scheduled).hasSize(1);
    }

    @Test
    void callerThatHasSeenOlderKeysLooksAgainAtOnce() {
        respond(Future.succeededFuture(set("a")));
        keys.start();
        Optional<List<PublicJsonWebKey>> seen = keys.current();
        respond(Future.succeededFuture(set("b")));
        advance(FetchedKeys.INTERVAL);

        assertThat(keys.refresh(seen)).as("the key may be there").isPresent();

        assertThat(fetches).hasValue(2);
        assertThat(keys.refresh(keys.current())).as("another fetch").isPresent();
        assertThat(fetches).hasValue(3);
    }

    @Test
    void callerThatJoinedAFetchFindsNoOtherOneToWaitFor() {
        Promise<KeySet> slow = Promise.promise();
        respond(slow.future());
        keys.start();
        assertThat(keys.refresh(keys.current())).isPresent();

        slow.complete(set("a"));

        assertThat(keys.refresh(keys.current())).isEmpty();
        assertThat(fetches).hasValue(1);
    }

    @Test
    void keyThatIsRotatedJustAfterTheStartIsFollowed() {
        Promise<KeySet> first = Promise.promise();
        respond(first.future());
        keys.start();
        assertThat(keys.refresh(keys.current())).as("callers at the start").isPresent();
        first.complete(set("a"));
        respond(Future.succeededFuture(set("b")));
        advance(FetchedKeys.PAUSE_AFTER_JOINING);

        assertThat(keys.refresh(keys.current())).isPresent();

        assertThat(ids()).containsExactly("b");
        assertThat(keys.refresh(keys.current())).as("at most once in 30 s").isEmpty();
        advance(FetchedKeys.PAUSE.minusSeconds(1));
        assertThat(keys.refresh(keys.current())).isEmpty();
        assertThat(fetches).hasValue(2);
    }

    @Test
    void fetchThatAMissCausedIsJoinedWithoutAnotherPause() {
        respond(Future.succeededFuture(set("a")));
        keys.start();
        Promise<KeySet> slow = Promise.promise();
        respond(slow.future());
        assertThat(keys.refresh(keys.current())).isPresent();
        advance(Duration.ofSeconds(4));
        assertThat(keys.refresh(keys.current())).isPresent();
        slow.complete(set("b"));
        respond(Future.succeededFuture(set("c")));

        advance(FetchedKeys.PAUSE.minusSeconds(5));
        assertThat(keys.refresh(keys.current())).isEmpty();
        advance(Duration.ofSeconds(1));
        assertThat(keys.refresh(keys.current())).isPresent();
    }

    @Test
    void knownKeysGoOnThroughAnOutageOfTenMinutesAndARotatedOneIsFollowedAtOnce() {
        respond(Future.succeededFuture(set("a")));
        keys.start();
        advance(Duration.ofMinutes(4));
        respond(Future.failedFuture(UNREACHABLE));

        for (int minute = 0; minute < 10; minute++) {
            advance(Duration.ofMinutes(1));
            assertThat(ids()).containsExactly("a");
        }
        assertThat(keys.state().problem()).as("without details").contains("its server cannot be reached");
        assertThat(keys.state().until()).contains(clock.instant().plus(KEPT).minus(Duration.ofMinutes(14)));
        assertThat(registry.get("issuer.keys.age").timeGauge().value(TimeUnit.MINUTES)).isEqualTo(14);

        respond(Future.succeededFuture(set("a", "b")));
        keys.refresh(keys.current()).orElseThrow().await().indefinitely();

        assertThat(ids()).containsExactly("a", "b");
        assertThat(keys.state().problem()).isEmpty();
        assertThat(log.lines()).filteredOn(line -> !line.message().startsWith("The issuer")).extracting(Line::level,
                Line::message).containsExactly(
                        tuple("WARN", "The keys of the issuer k8s cannot be fetched: its key set: "
                                + "unreachable. Its tokens are verified with the known keys until 2026-03-02T12:00:00Z"),
                        tuple("INFO",
                                "The keys of the issuer k8s can be fetched again, after 540 s"));
        assertThat(fetches("unreachable")).isEqualTo(19);
    }

    @Test
    void keysAreGivenUpADayAfterTheLastSuccess() {
        respond(Future.succeededFuture(set("a")));
        keys.start();
        respond(Future.failedFuture(UNREACHABLE));

        advance(KEPT.minusSeconds(1));
        assertThat(ids()).containsExactly("a");
        advance(Duration.ofSeconds(1));
        assertThat(keys.current()).isEmpty();
        assertThat(keys.state().keys()).isZero();
        assertThat(registry.get("issuer.keys").gauge().value()).isZero();

        advance(Duration.ofHours(1));
        assertThat(log.lines()).filteredOn(line -> line.level().equals("ERROR")).singleElement().satisfies(line -> assertThat(
                line.message()).startsWith("The keys of the issuer k8s are given up"));
        respond(Future.succeededFuture(set("b")));
        advance(FetchedKeys.RETRY_INTERVAL);
        assertThat(ids()).containsExactly("b");
        assertThat(log.lines()).filteredOn(line -> line.level().equals("WARN")).hasSize(1);
    }

    @Test
    void issuerThatIsUnavailableAtTheStartIsAskedAgain() {
        respond(Future.failedFuture(UNREACHABLE));
        keys.start();
        assertThat(keys.current()).isEmpty();
        assertThat(keys.state().until()).isEmpty();
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line.message()).isEqualTo(
                "The keys of the issuer k8s cannot be fetched: its key set: unreachable. Its tokens get 503 until keys are "
                        + "fetched"));

        respond(Future.succeededFuture(set("a")));
        advance(FetchedKeys.RETRY_INTERVAL);

        assertThat(ids()).containsExactly("a");
    }

    @Test
    void anotherReasonOfTheSameOutageIsLoggedOnce() {
        respond(Future.failedFuture(UNREACHABLE));
        keys.start();
        for (int i = 0; i < 30; i++) {
            respond(Future.failedFuture(new KeysException(KeysFault.PRIVATE_KEYS, "its key set: private")));
            advance(FetchedKeys.RETRY_INTERVAL);
            respond(Future.failedFuture(UNREACHABLE));
            advance(FetchedKeys.RETRY_INTERVAL);
        }

        assertThat(log.lines()).extracting(Line::level, Line::message).hasSize(2).last().isEqualTo(
                tuple("ERROR",
                        "The keys of the issuer k8s still cannot be fetched, now for another reason: its key set: private"));
    }

    @Test
    void keyWhosePrivateOneIsPublishedIsNotTrustedAnyMore() {
        KeySet two = set("revealed", "other");
        PublicKey revealed = two.keys().get(0).getPublicKey();
        respond(Future.succeededFuture(two));
        keys.start();

        respond(Future.failedFuture(KeysException.privateKeys("its key set: private", Set.of(revealed))));
        advance(FetchedKeys.INTERVAL);

        assertThat(ids()).containsExactly("other");
        respond(Future.succeededFuture(two));
        advance(FetchedKeys.RETRY_INTERVAL);
        assertThat(ids()).as("the issuer has only removed the private part").containsExactly("other");
        respond(Future.succeededFuture(set("new")));
        advance(FetchedKeys.INTERVAL);
        assertThat(ids()).containsExactly("new");
    }

    @Test
    void issuerWhoseOnlyKeyWasPublishedHasNoKeys() {
        KeySet one = set("revealed");
        respond(Future.succeededFuture(one));
        keys.start();
        respond(Future.failedFuture(
                KeysException.privateKeys("its key set: private", Set.of(one.keys().get(0).getPublicKey()))));

        advance(FetchedKeys.INTERVAL);
        assertThat(keys.current()).isEmpty();
        assertThat(keys.state().until()).isEmpty();
        respond(Future.succeededFuture(one));
        advance(FetchedKeys.RETRY_INTERVAL);

        assertThat(keys.current()).isEmpty();
        assertThat(keys.state().problem().orElseThrow()).contains("the issuer must replace them");
        assertThat(log.lines()).filteredOn(line -> line.level().equals("ERROR")).hasSize(2).first()
                .satisfies(line -> assertThat(line.message()).endsWith("Its tokens get 503 until keys are fetched"));
    }

    @Test
    void nothingIsFetchedAfterTheEnd() {
        Promise<KeySet> slow = Promise.promise();
        respond(slow.future());
        keys.start();
        Optional<Uni<Void>> waiting = keys.refresh(keys.current());

        keys.close();
        slow.complete(set("a"));

        waiting.orElseThrow().await().atMost(Duration.ofSeconds(10));
        assertThat(keys.current()).isEmpty();
        assertThat(keys.refresh(keys.current())).isEmpty();
        advance(Duration.ofHours(1));
        assertThat(fetches).hasValue(1);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void keysRemainAfterTheEndForRequestsThatStillUseThem() {
        respond(Future.succeededFuture(set("a")));
        keys.start();

        keys.close();

        assertThat(ids()).containsExactly("a");
        advance(Duration.ofHours(1));
        assertThat(fetches).hasValue(1);
    }

    @Test
    void waitForKeysIsASpanOfTheRequest() {
        respond(Future.succeededFuture(set("a")));
        keys.start();
        advance(FetchedKeys.INTERVAL.minusSeconds(1));
        Promise<KeySet> response = Promise.promise();
        respond(response.future());
        assertThat(spans.spans()).as("no request waits").isEmpty();
        Span request = spans.traces().span("request").setNoParent().startSpan();
        var current = Context.root().with(request).makeCurrent();
        Uni<Void> first = keys.refresh(keys.current()).orElseThrow();
        current.close();
        Uni<Void> second = keys.refresh(keys.current()).orElseThrow();
        first.subscribe().with(done -> {
        });
        second.subscribe().with(done -> {
        });
        assertThat(spans.spans()).isEmpty();

        response.fail(UNREACHABLE);

        assertThat(spans.spans()).extracting(SpanData::getName).containsExactly("wait for keys", "wait for keys");
        assertThat(spans.spans()).extracting(span -> SpanRecorder.values(span.getAttributes())).containsExactlyInAnyOrder(
                Map.of("issuer.id", "k8s", "issuer.fetch.joined", false, "error.type", "issuer_unavailable"),
                Map.of("issuer.id", "k8s", "issuer.fetch.joined", true, "error.type", "issuer_unavailable"));
        assertThat(spans.spans()).extracting(SpanData::getParentSpanId).contains(request.getSpanContext().getSpanId());
    }
}
