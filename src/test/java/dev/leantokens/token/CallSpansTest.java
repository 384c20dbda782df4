package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.ErrorLogs;
import dev.leantokens.error.TokenError;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.SpanRecorder;
import dev.leantokens.testing.TestClock;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;

/** The spans of calls for a token, and of the requests that wait for them. */
class CallSpansTest {

    private static final Scope CUSTOMER = new Scope("customer.the-customer");

    private final TestClock clock = new TestClock();
    private final FakeLean lean = new FakeLean();
    private final SpanRecorder recorder = new SpanRecorder();
    private final TokenSupply supply = new TokenSupply(new MapTokenCache(), new SetOfAccepted(), TokenStore.NONE, lean,
            Settings.of(TokenConfig.class), clock, ErrorLogs.create(), recorder.traces());

    /** Otherwise, a span of one test would be the parent in the next one. */
    @AfterEach
    void noSpanIsCurrent() {
        assertThat(Span.current()).isEqualTo(Span.getInvalid());
    }

    @Test
    void requestsThatJoinACallHaveASpanForTheirWaitWithALinkToTheCall() {
        lean.hangs();
        Span first = request();
        CompletableFuture<IssuedToken> starts = inSpan(first);
        Span second = request();
        CompletableFuture<IssuedToken> joins = inSpan(second);

        lean.answer();

        assertThat(starts).isCompleted();
        assertThat(joins).isCompleted();
        assertThat(recorder.names()).containsExactly("obtain token", "wait for token");
        SpanData call = recorder.only("obtain token");
        assertThat(call.getParentSpanId()).isEqualTo(first.getSpanContext().getSpanId());
        assertThat(call.getTraceId()).isEqualTo(first.getSpanContext().getTraceId());
        assertThat(call.getLinks()).isEmpty();
        assertThat(SpanRecorder.values(call.getAttributes())).isEqualTo(
                Map.of("token.need", "missing", "token.scope", "customer", "token.credentials", "service"));
        SpanData wait = recorder.only("wait for token");
        assertThat(wait.getParentSpanId()).isEqualTo(second.getSpanContext().getSpanId());
        assertThat(wait.getLinks()).extracting(LinkData::getSpanContext).containsExactly(call.getSpanContext());
        assertThat(wait.getAttributes().isEmpty()).isTrue();
    }

    @Test
    void callIsTheParentOfWhatTheServerDoesForIt() {
        inSpan(request());

        assertThat(Span.fromContext(lean.requests.get(0).trace()).getSpanContext())
                .isEqualTo(recorder.only("obtain token").getSpanContext());
    }

    @Test
    void failureIsOnTheSpansOfTheCallAndOfTheWaits() {
        lean.hangs();
        inSpan(request());
        inSpan(request());
        lean.failsWith(TokenError.LEAN_FAILED.because("secret-in-a-message"));

        lean.answer();

        assertThat(recorder.spans()).hasSize(2).allSatisfy(span -> {
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(SpanRecorder.values(span.getAttributes())).containsEntry("error.type", "lean_failed");
            assertThat(span.toString()).doesNotContain("secret-in-a-message");
        });
    }

    @Test
    void replacementInTheBackgroundIsATraceOfItsOwnWithALinkToTheRequest() {
        inSpan(request());
        clock.advance(Duration.ofMinutes(45));
        Span request = request();

        inSpan(request).join();

        SpanData replacement = recorder.only("replace token");
        assertThat(replacement.getParentSpanContext().isValid()).isFalse();
        assertThat(replacement.getTraceId()).isNotEqualTo(request.getSpanContext().getTraceId());
        assertThat(replacement.getLinks()).extracting(LinkData::getSpanContext).containsExactly(request.getSpanContext());
        assertThat(SpanRecorder.values(replacement.getAttributes())).containsEntry("token.need", "ahead");
    }

    @Test
    void cachedTokenHasNoSpan() {
        inSpan(request()).join();
        int before = recorder.spans().size();

        inSpan(request()).join();

        assertThat(recorder.spans()).hasSize(before);
    }

    @Test
    void requestWithoutASpanStartsATrace() {
        issue().join();

        assertThat(recorder.only("obtain token").getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void noSpanHasTheCustomer() {
        inSpan(request()).join();

        assertThat(recorder.spans().toString()).doesNotContain("the-customer");
    }

    private Span request() {
        return recorder.traces().span("request").setNoParent().startSpan();
    }

    private CompletableFuture<IssuedToken> inSpan(Span request) {
        var scope = Context.root().with(request).makeCurrent();
        try {
            return issue();
        } finally {
            scope.close();
        }
    }

    private CompletableFuture<IssuedToken> issue() {
        return supply.token(TokenKey.ofService("service", "", CUSTOMER),
                purpose -> new UpstreamTokenRequest(Optional.empty(), "fingerprint", CUSTOMER, purpose, CallerAccount.SERVICE),
                CacheControl.ANY).toUni().subscribeAsCompletionStage();
    }
}
