package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.lean.SharedBudget.Reason;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.SpanRecorder;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.ClientCredentials;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;

/** What the spans of calls to Lean tell. In an application, since the breakers need SmallRye Fault Tolerance. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class CallTraceTest {

    private static final String POST = "POST /oauth2/token";
    private static final TokenException NOT_CONNECTED = TokenError.LEAN_UNAVAILABLE.because("unreachable",
            new ConnectException());

    private final TestClock clock = new TestClock();
    private final SpanRecorder recorder = new SpanRecorder();
    private final SharedAnswers shared = new SharedAnswers();
    private final LeanConfig config = Settings.of(LeanConfig.class, "lean.max-connections", "2",
            "lean.breaker-request-volume", "2");
    private final Span call = recorder.traces().span("call").setNoParent().startSpan();
    private final CallTrace trace = trace(config, Context.root().with(call));
    private final Vertx vertx;
    private final CallGuard guard;
    private UniEmitter<? super AccessToken> sent;

    CallTraceTest(Vertx vertx) {
        this.vertx = vertx;
        this.guard = new CallGuard(Optional::empty, config, clock, clock, vertx, SharedBudget.NONE);
    }

    private CallTrace trace(LeanConfig settings, Context context) {
        LeanAccount account = LeanAccount.of(URI.create("https://lean.example.com"), new ClientCredentials("id", "secret"));
        return TracedEndpoint.of(recorder.traces(), clock, account, settings).call(context);
    }

    @Test
    void requestIsASpanByTheConventionsForHttpClients() {
        trace.begin();
        trace.send(false, request -> {
            request.answered(200);
            return Uni.createFrom().item("token");
        }).await().indefinitely();

        SpanData span = recorder.only(POST);
        assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(span.getParentSpanId()).isEqualTo(call.getSpanContext().getSpanId());
        assertThat(SpanRecorder.values(span.getAttributes())).isEqualTo(Map.of(
                "http.request.method", "POST", "http.response.status_code", 200L, "server.address", "lean.example.com",
                "server.port", 443L, "url.full", "https://lean.example.com/oauth2/token", "url.template", "/oauth2/token",
                "lean.attempt", 1L, "lean.connection.new", false));
    }

    @Test
    void everyFurtherRequestHasItsNumber() {
        trace.begin();
        fail(false, new LeanFailure.StaleConnectionException("stale"));
        fail(true, TokenError.LEAN_FAILED.because("failed"));
        trace.retriesAfter(Duration.ofMillis(150));
        trace.begin();
        trace.send(false, request -> Uni.createFrom().item("token")).await().indefinitely();
        call.end();

        assertThat(recorder.spans()).filteredOn(span -> span.getName().equals(POST))
                .extracting(span -> SpanRecorder.values(span.getAttributes()))
                .extracting(values -> values.get("lean.attempt"), values -> values.get("http.request.resend_count"),
                        values -> values.get("lean.connection.new"), values -> values.get("error.type"))
                .containsExactly(tuple(1L, null, false, "lean_unavailable"),
                        tuple(1L, 1L, true, "lean_failed"),
                        tuple(2L, 2L, false, null));
        assertThat(events()).containsExactly("lean.retry {lean.retry.wait_ms=150}");
    }

    @Test
    void statusIsTheTypeOfAnErrorThatLeanAnswers() {
        trace.begin();
        trace.send(false, request -> {
            request.answered(401);
            return Uni.createFrom().failure(TokenError.REFUSED_BY_LEAN.because("refused"));
        }).subscribe().with(token -> {
        }, failure -> {
        });

        assertThat(SpanRecorder.values(recorder.only(POST).getAttributes())).containsEntry("error.type", "401")
                .containsEntry("http.response.status_code", 401L);
    }

    @Test
    void requestWhoseTimeIsOverIsATimeout() {
        trace.begin();
        trace.send(false, request -> Uni.createFrom().nothing()).subscribe().with(token -> {
        }).cancel();

        assertThat(SpanRecorder.values(recorder.only(POST).getAttributes())).containsEntry("error.type", "timeout");
    }

    @Test
    void waitsForTheBudgetAndTheBulkheadAreAttributesOfTheRequest() {
        CallGuard sharing = new CallGuard(Optional::empty, config, clock, clock, vertx, shared);
        pass(sharing, trace(config, Context.root()));
        shared.take(59);
        UniEmitter<? super AccessToken> before = sent;
        pass(sharing, trace);
        clock.advance(Duration.ofMillis(300));
        shared.take(58);
        clock.advance(Duration.ofMillis(40));

        before.fail(TokenError.REFUSED_BY_LEAN.because("refused"));
        sent.fail(TokenError.REFUSED_BY_LEAN.because("refused"));

        assertThat(SpanRecorder.values(recorder.spans().get(1).getAttributes())).containsEntry("lean.budget.wait_ms", 300L)
                .containsEntry("lean.bulkhead.wait_ms", 40L).containsEntry("lean.breaker.state", "closed");
    }

    @Test
    void refusalByTheBudgetIsAnEventWithTheWait() {
        CallGuard sharing = new CallGuard(Optional::empty, config, clock, clock, vertx, shared);
        CompletableFuture<AccessToken> refused = pass(sharing, trace);
        clock.advance(Duration.ofMillis(200));
        shared.deny(Reason.FULL, 0, Duration.ofSeconds(50));
        call.end();

        assertThat(refused).isCompletedExceptionally();
        assertThat(recorder.names()).containsExactly("call");
        assertThat(events())
                .containsExactly("lean.not_called {error.type=budget_spent, lean.attempt=1, lean.budget.wait_ms=200}");
    }

    @Test
    void refusalByABreakerIsAnEventWithItsState() {
        for (int i = 0; i < 2; i++) {
            pass(guard, trace(config, Context.root()));
            sent.fail(NOT_CONNECTED);
        }

        assertThat(pass(guard, trace)).isCompletedExceptionally();
        call.end();

        assertThat(recorder.spans()).hasSize(3);
        assertThat(events()).containsExactly("lean.not_called {error.type=breaker_open, lean.attempt=1, "
                + "lean.breaker.state=open, lean.budget.wait_ms=0, lean.bulkhead.wait_ms=0}");
    }

    @Test
    void leanGetsTheSpanOfTheRequest() {
        CallTrace traced = trace(config, callersContext("vendor=value"));
        traced.begin();
        String[] headers = new String[2];
        traced.send(false, request -> {
            headers[0] = request.traceparent();
            headers[1] = request.tracestate();
            return Uni.createFrom().item("token");
        }).await().indefinitely();

        SpanData span = recorder.only(POST);
        assertThat(headers).containsExactly("00-" + span.getTraceId() + "-" + span.getSpanId() + "-01", "vendor=value");
    }

    @Test
    void leanGetsNoContextIfThatIsSwitchedOff() {
        CallTrace traced = trace(Settings.of(LeanConfig.class, "lean.send-trace-context", "false"), callersContext("a=b"));
        traced.begin();

        traced.send(false, request -> {
            assertThat(request.traceparent()).isNull();
            assertThat(request.tracestate()).isNull();
            return Uni.createFrom().item("token");
        }).await().indefinitely();
    }

    @Test
    void leanGetsNoContextWithoutTraces() {
        Requests.UNTRACED.begin();

        Requests.UNTRACED.send(false, request -> {
            assertThat(request.traceparent()).isNull();
            return Uni.createFrom().item("token");
        }).await().indefinitely();
    }

    private static Context callersContext(String... entries) {
        var state = TraceState.builder();
        for (String entry : entries) {
            state.put(entry.substring(0, entry.indexOf('=')), entry.substring(entry.indexOf('=') + 1));
        }
        return Context.root().with(Span.wrap(SpanContext.createFromRemoteParent("0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331", TraceFlags.getSampled(), state.build())));
    }

    private void fail(boolean onNewConnection, Throwable failure) {
        trace.send(onNewConnection, request -> Uni.createFrom().<AccessToken> failure(failure)).subscribe()
                .with(token -> {
                }, ended -> {
                });
    }

    /** Makes an attempt, which the test ends. */
    private CompletableFuture<AccessToken> pass(CallGuard through, CallTrace traced) {
        return through.pass(Requests.ofCaller("client", "secret", true, "192.0.2.7"), traced, clock.instant().plusSeconds(5),
                Runnable::run, another -> traced.send(false, request -> Uni.createFrom().emitter(emitter -> sent = emitter)))
                .onItemOrFailure().invoke((token, failure) -> traced.end(failure)).subscribeAsCompletionStage();
    }

    private List<String> events() {
        return recorder.only("call").getEvents().stream().map(CallTraceTest::text).toList();
    }

    private static String text(EventData event) {
        return event.getName() + " " + SpanRecorder.values(event.getAttributes());
    }
}
