package dev.leantokens.store;

import static dev.leantokens.store.TestFleet.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.lean.SharedBudget;
import dev.leantokens.lean.SharedBudget.Own;
import dev.leantokens.testing.SpanRecorder;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TestReplica;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;

/** The spans of what requests wait for in a real Redis. */
class StoreSpansTest {

    private static final Scope CUSTOMER = new Scope("customer.the-customer");
    private static final Map<String, Object> ENTER = Map.of("db.system.name", "redis", "db.operation.name", "EVALSHA",
            "db.stored_procedure.name", "enter");

    private final TestFleet fleet = new TestFleet();
    private final SpanRecorder recorder = new SpanRecorder();

    @BeforeEach
    void trace() {
        fleet.setTraces(recorder.traces());
    }

    @AfterEach
    void close() {
        fleet.close();
    }

    @Test
    void callHasASpanForItsQuestion() {
        fleet.replica().issue(CUSTOMER).join();

        assertThat(recorder.names()).containsExactly("EVALSHA enter", "obtain token");
        SpanData question = recorder.only("EVALSHA enter");
        assertThat(question.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(question.getParentSpanContext()).isEqualTo(recorder.only("obtain token").getSpanContext());
        assertThat(SpanRecorder.values(question.getAttributes())).isEqualTo(ENTER);
    }

    @Test
    void waitForAnotherReplicaIsTheParentOfFurtherQuestions() {
        TestReplica leads = fleet.replica();
        TestReplica waits = fleet.replica();
        fleet.lean.close();
        CompletableFuture<IssuedToken> first = leads.issue(CUSTOMER);
        soon().until(() -> fleet.lean.calls() == 1);
        int before = recorder.spans().size();
        CompletableFuture<IssuedToken> second = waits.issue(CUSTOMER);
        soon().until(() -> recorder.spans().size() > before);

        fleet.lean.open();
        first.join();

        assertThat(second.join().source()).isEqualTo(Source.SHARED);
        SpanData wait = recorder.only("wait for replica");
        SpanData call = recorder.spans().stream().filter(span -> span.getName().equals("obtain token"))
                .filter(span -> span.getSpanContext().equals(wait.getParentSpanContext())).findFirst().orElseThrow();
        List<SpanData> questions = recorder.spans().stream().filter(span -> span.getName().equals("EVALSHA enter"))
                .filter(span -> span.getTraceId().equals(wait.getTraceId())).toList();
        assertThat(questions).hasSizeGreaterThan(1);
        assertThat(questions.get(0).getParentSpanContext()).isEqualTo(call.getSpanContext());
        assertThat(questions).element(questions.size() - 1).extracting(SpanData::getParentSpanContext)
                .isEqualTo(wait.getSpanContext());
        assertThat(wait.getEndEpochNanos()).isLessThanOrEqualTo(call.getEndEpochNanos());
        assertThat(wait.getLinks()).isEmpty();
    }

    @Test
    void outageIsAnErrorOfTheQuestion() {
        TestReplica replica = fleet.replica();
        fleet.server.kill();

        assertThat(replica.issue(CUSTOMER).join().source()).isEqualTo(Source.MISS);

        assertThat(SpanRecorder.values(recorder.only("EVALSHA enter").getAttributes())).containsEntry("error.type",
                "connection");
        assertThat(recorder.only("obtain token").getStatus().getStatusCode().name()).isEqualTo("UNSET");
    }

    @Test
    void questionForTheBudgetIsASpanOfTheCall() {
        Span call = recorder.traces().span("call").setNoParent().startSpan();
        RedisBudget budget = new RedisBudget(fleet.links.connect(fleet.server), () -> List.of(TestFleet.KEY), Links.NAMES,
                Duration.ofSeconds(5), Clock.systemUTC(), new StoreSpans(recorder.traces()));

        budget.take(call("one", Context.root().with(call)), new Own(0, false, Duration.ZERO), Duration.ZERO).await()
                .atMost(Duration.ofSeconds(10));
        budget.take(call("another", Context.root()), new Own(0, false, Duration.ZERO), Duration.ZERO).await()
                .atMost(Duration.ofSeconds(10));

        SpanData question = recorder.only("EVALSHA take");
        assertThat(question.getParentSpanContext()).isEqualTo(call.getSpanContext());
    }

    @Test
    void noSpanHasAKeyOrAValue() {
        fleet.replica().issue(CUSTOMER).join();
        fleet.replica().issue(CUSTOMER).join();

        assertThat(recorder.spans().toString()).contains("EVALSHA").doesNotContain("the-customer")
                .doesNotContain("token-1").doesNotContain(":t:").doesNotContain("fingerprint");
    }

    private static SharedBudget.Call call(String id, Context trace) {
        return new SharedBudget.Call("the-client", Optional.empty(), "sharer", 60, false, false,
                new SharedBudget.Limits(60, 30, 6, Duration.ofMinutes(1), Duration.ofSeconds(3)), id, Duration.ZERO, trace);
    }
}
