package dev.leantokens.trace;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.leantokens.testing.Callers.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.OtlpReceiver;
import dev.leantokens.testing.OtlpReceiver.ReceivedSpan;
import io.opentelemetry.proto.trace.v1.Span.Event;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** A call to Lean that callers of both adapters share, span by span, as a collector receives it. */
@QuarkusTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "cache.enabled", value = "true"),
        @ResourceArg(name = "lean.breaker-request-volume", value = "4"),
        // Long enough for a loaded machine.
        @ResourceArg(name = "lean.request-timeout", value = "10s"),
        @ResourceArg(name = "lean.deadline", value = "30s") })
@WithTestResource(OtlpReceiver.class)
class SharedCallTraceTest {

    private static final String CALL = "obtain token";
    private static final String WAIT = "wait for token";
    private static final String SENT = "POST /oauth2/token";
    private static final String BAGGAGE = "baggage-never-to-be-passed-on";
    private static final int CALLERS = 6;

    LeanStub lean;
    OtlpReceiver collector;

    private final String customer = UUID.randomUUID().toString();
    /** The trace of each caller. */
    private final List<String> traces = IntStream.range(0, CALLERS).mapToObj(i -> hex(32)).toList();
    private final List<String> tokens = new ArrayList<>();
    private Callers callers;

    private static String hex(int digits) {
        return UUID.randomUUID().toString().replace("-", "").substring(0, digits);
    }

    @BeforeEach
    void connect() {
        lean.reset();
        lean.givesTokensOfTheirOwn(3600);
        callers = new Callers(lean.mcpPort());
    }

    /** In all tests so far. */
    @AfterEach
    void nothingOfCallersIsExported() {
        callers.close();
        assertThat(collector.requests()).allSatisfy(request -> {
            assertThat(request.text()).doesNotContain(LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET, LeanStub.CALLERS_ID,
                    LeanStub.CALLERS_SECRET, customer, BAGGAGE);
            assertThat(tokens).noneMatch(request.text()::contains);
        });
    }

    @AfterEach
    void everySpanAndAttributeIsDocumented() throws IOException {
        String page = Files.readString(Path.of("docs/how-to/follow-a-request.md"));
        assertThat(collector.spans()).filteredOn(span -> !span.isServer())
                .extracting(ReceivedSpan::name).allMatch(name -> page.contains("`" + name + "`"));
        assertThat(collector.spans()).flatExtracting(span -> span.attributes().keySet()).filteredOn(
                name -> name.startsWith("token.") || name.startsWith("lean."))
                .allMatch(name -> page.contains("`" + name + "`"));
    }

    @Test
    void callersThatWaitLinkToTheCallOfTheFirst() {
        lean.givesTokensOfTheirOwn(3600, 1500);
        List<CompletableFuture<Answer>> answers = new ArrayList<>(List.of(rest(0)));
        await().until(() -> lean.requests().size() == 1);
        for (int i = 1; i < CALLERS; i++) {
            answers.add(i % 2 == 0 ? rest(i) : mcp(i));
        }
        Callers.all(answers).forEach(answer -> {
            assertThat(answer.status()).isEqualTo(200);
            tokens.add(answer.token());
        });

        ReceivedSpan first = requestOf(0);
        ReceivedSpan call = only(0, CALL);
        ReceivedSpan sent = only(0, SENT);
        assertThat(spansOf(0)).extracting(ReceivedSpan::name).containsExactlyInAnyOrder(first.name(), CALL, SENT);
        assertThat(call.parent()).isEqualTo(first.id());
        assertThat(sent.parent()).isEqualTo(call.id());
        assertThat(first.attributes()).containsAllEntriesOf(attributes("rest", "miss", false));
        assertThat(call.attributes()).isEqualTo(
                Map.of("token.need", "missing", "token.scope", "customer", "token.credentials", "service"));
        assertThat(sent.attributes()).containsAllEntriesOf(Map.of("http.request.method", "POST", "server.address", "localhost",
                "http.response.status_code", "200", "lean.attempt", "1", "lean.breaker.state", "closed"))
                .containsKeys("server.port", "url.full", "lean.budget.wait_ms", "lean.bulkhead.wait_ms");
        assertThat(starts(first, call, sent)).isSorted();
        for (int i = 1; i < CALLERS; i++) {
            ReceivedSpan request = requestOf(i);
            ReceivedSpan wait = only(i, WAIT);
            assertThat(wait.parent()).isEqualTo(request.id());
            assertThat(wait.links()).containsExactly(call.id());
            assertThat(wait.attributes()).isEmpty();
            assertThat(request.attributes()).containsAllEntriesOf(attributes(i % 2 == 0 ? "rest" : "mcp", "miss", true));
            assertThat(ends(sent, call, wait, request)).isSorted();
            assertThat(spansOf(i)).extracting(ReceivedSpan::name).doesNotContain(CALL, SENT);
        }
        LoggedRequest received = lean.onlyRequest();
        assertThat(received.getHeader("traceparent")).isEqualTo("00-" + traces.get(0) + "-" + sent.id() + "-01");
        assertThat(received.getHeader("tracestate")).isEqualTo("vendor=0");
        assertThat(received.getHeader("baggage")).isNull();
    }

    @Test
    void cachedTokenAddsNoSpanToTheRequest() {
        issue(0);

        issue(1);

        assertThat(requestOf(1).attributes()).containsAllEntriesOf(attributes("rest", "hit", false));
        assertThat(spansOf(1)).hasSize(1);
    }

    @Test
    void callersCredentialsAreToldByTheirKindOnly() {
        Answer answer = callers.rest(scope("api", LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET), headers(0)).join();

        tokens.add(answer.token());
        assertThat(only(0, CALL).attributes()).containsEntry("token.credentials", "caller").containsEntry("token.scope", "api");
        assertThat(only(0, SENT).attributes()).containsEntry("http.response.status_code", "200");
    }

    @Test
    void failedAttemptIsASpanBeforeTheNextOne() {
        lean.answersInTurn(List.of(LeanStub.json(503, "{}"),
                LeanStub.json(200, "{\"access_token\":\"second-attempt\",\"token_type\":\"Bearer\",\"expires_in\":3600}")));
        tokens.add("second-attempt");

        assertThat(rest(0).join().status()).isEqualTo(200);

        List<ReceivedSpan> sent = received(0, SENT, 2);
        assertThat(sent.get(0).isError()).isTrue();
        assertThat(sent.get(0).attributes()).containsEntry("error.type", "503").containsEntry("lean.attempt", "1")
                .doesNotContainKey("http.request.resend_count");
        assertThat(sent.get(1).isError()).isFalse();
        assertThat(sent.get(1).attributes()).containsEntry("lean.attempt", "2").containsEntry("http.request.resend_count", "1");
        ReceivedSpan call = only(0, CALL);
        assertThat(call.isError()).isFalse();
        assertThat(call.span().getEventsList()).extracting(Event::getName).containsExactly("lean.retry");
        assertThat(lean.requests()).extracting(request -> request.getHeader("traceparent").substring(36, 52))
                .containsExactlyInAnyOrder(sent.get(0).id(), sent.get(1).id());
    }

    @Test
    void outageIsAnErrorOfEachAttemptAndThenOfTheBreaker() {
        lean.breaks(Fault.CONNECTION_RESET_BY_PEER);

        assertThat(rest(0).join().status()).isEqualTo(503);
        assertThat(rest(1).join().status()).isEqualTo(503);

        // One more if the first attempt finds a connection that is not new.
        assertThat(only(0, CALL).isError()).isTrue();
        assertThat(spansOf(0)).filteredOn(span -> span.name().equals(SENT)).hasSizeBetween(3, 4).allSatisfy(sent -> {
            assertThat(sent.isError()).isTrue();
            assertThat(sent.attributes()).containsEntry("error.type", "lean_unavailable")
                    .doesNotContainKey("http.response.status_code");
        });
        ReceivedSpan refused = only(1, CALL);
        assertThat(refused.attributes()).containsEntry("error.type", "breaker_open");
        assertThat(refused.span().getEventsList()).extracting(Event::getName).endsWith("lean.not_called");
        assertThat(requestOf(1).attributes()).containsEntry("token.scope", "customer").doesNotContainKey("token.source");
    }

    @Test
    void failureOfASharedCallIsOnEveryWait() {
        lean.answers(aResponse().withStatus(400).withBody("{\"error\":\"invalid_scope\"}").withFixedDelay(1000));
        CompletableFuture<Answer> first = rest(0);
        await().until(() -> lean.requests().size() == 1);
        CompletableFuture<Answer> second = rest(1);

        assertThat(first.join().status()).isEqualTo(second.join().status());

        ReceivedSpan call = only(0, CALL);
        ReceivedSpan wait = only(1, WAIT);
        assertThat(wait.isError()).isTrue();
        assertThat(wait.attributes().get("error.type")).isEqualTo(call.attributes().get("error.type"));
        assertThat(only(0, SENT).attributes()).containsEntry("error.type", "400");
    }

    private static Map<String, String> attributes(String adapter, String source, boolean collapsed) {
        return Map.of("token.adapter", adapter, "token.scope", "customer", "token.credentials", "service",
                "token.source", source, "token.collapsed", Boolean.toString(collapsed));
    }

    private CompletableFuture<Answer> rest(int caller) {
        return callers.rest(scope("customer." + customer), headers(caller));
    }

    private CompletableFuture<Answer> mcp(int caller) {
        return callers.mcp(scope("customer." + customer), headers(caller));
    }

    private void issue(int caller) {
        tokens.add(rest(caller).join().token());
    }

    private String[] headers(int caller) {
        return new String[] { "traceparent", "00-" + traces.get(caller) + "-" + hex(16) + "-01", "tracestate",
                "vendor=" + caller, "baggage", "user=" + BAGGAGE };
    }

    /** @return the span of the caller's request for a token */
    private ReceivedSpan requestOf(int caller) {
        return collector.await(ofCaller(caller).and(span -> span.attributes().containsKey("token.adapter")));
    }

    private ReceivedSpan only(int caller, String name) {
        return received(caller, name, 1).get(0);
    }

    private List<ReceivedSpan> received(int caller, String name, int number) {
        Predicate<ReceivedSpan> wanted = ofCaller(caller).and(span -> span.name().equals(name));
        await().atMost(Duration.ofSeconds(20)).until(() -> collector.spans().stream().filter(wanted).count() >= number);
        List<ReceivedSpan> found = collector.spans().stream().filter(wanted).toList();
        assertThat(found).hasSize(number);
        return found;
    }

    private List<ReceivedSpan> spansOf(int caller) {
        return collector.spans().stream().filter(ofCaller(caller)).toList();
    }

    private Predicate<ReceivedSpan> ofCaller(int caller) {
        return span -> span.traceId().equals(traces.get(caller));
    }

    private static List<Long> starts(ReceivedSpan... spans) {
        return List.of(spans).stream().map(span -> span.span().getStartTimeUnixNano()).toList();
    }

    private static List<Long> ends(ReceivedSpan... spans) {
        return List.of(spans).stream().map(span -> span.span().getEndTimeUnixNano()).toList();
    }
}
