package dev.leantokens.lean;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.context.Context;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.mutiny.Uni;

/**
 * Traces the attempts of one call to Lean, one after the other: a span for each request that is sent, with what the attempt had
 * to wait for before; and an event of the call's span for an attempt that sent none. Used on the context of the call.
 */
final class CallTrace {

    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("lean.attempt");
    private static final AttributeKey<Long> BUDGET_WAIT = AttributeKey.longKey("lean.budget.wait_ms");
    private static final AttributeKey<Long> BULKHEAD_WAIT = AttributeKey.longKey("lean.bulkhead.wait_ms");
    private static final AttributeKey<String> BREAKER_STATE = AttributeKey.stringKey("lean.breaker.state");
    private static final AttributeKey<Boolean> NEW_CONNECTION = AttributeKey.booleanKey("lean.connection.new");
    private static final AttributeKey<Long> RETRY_WAIT = AttributeKey.longKey("lean.retry.wait_ms");
    private static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    private static final long NOT_YET = -1;

    private final TracedEndpoint endpoint;
    private final Context call;
    private final boolean on;

    private int attempt;
    /** The number of requests that all attempts have sent, and that of those before the current one. */
    private int sent;
    private int sentBefore;
    /** Since when the current attempt waits, and how long its waits took, in milliseconds. */
    private long since;
    private long budgetWait;
    private long bulkheadWait;
    /** Null until a breaker has been asked. */
    private CircuitBreakerState breaker;

    /** @param call the context of the call's span */
    CallTrace(TracedEndpoint endpoint, Context call) {
        this.endpoint = endpoint;
        this.call = call;
        this.on = endpoint.traces().areOn();
    }

    /** Starts an attempt, which waits for the budget first. */
    void begin() {
        attempt++;
        sentBefore = sent;
        since = endpoint.clock().millis();
        budgetWait = NOT_YET;
        bulkheadWait = NOT_YET;
        breaker = null;
    }

    /** The budget permits the attempt, which waits for its turn now. */
    void permitted() {
        long now = endpoint.clock().millis();
        budgetWait = now - since;
        since = now;
    }

    /** The turn of the attempt has come: the breakers decide. */
    void itsTurn() {
        bulkheadWait = endpoint.clock().millis() - since;
    }

    /** The breakers let the attempt pass. */
    void passed(CircuitBreakerState state) {
        breaker = state;
    }

    /** @param failure why the attempt failed; null if it succeeded */
    void end(Throwable failure) {
        if (!on || sent > sentBefore || !(failure instanceof TokenException known)) {
            return;
        }
        if (budgetWait == NOT_YET) {
            permitted();
        } else if (bulkheadWait == NOT_YET) {
            itsTurn();
        }
        if (known.error() == TokenError.BREAKER_OPEN) {
            breaker = CircuitBreakerState.OPEN;
        }
        Span.fromContext(call).addEvent("lean.not_called",
                describe(Attributes.builder()).put(ERROR_TYPE, known.error().reason()).build());
    }

    /** @param wait the time until the next attempt */
    void retriesAfter(Duration wait) {
        if (on) {
            Span.fromContext(call).addEvent("lean.retry", Attributes.of(RETRY_WAIT, wait.toMillis()));
        }
    }

    /**
     * Sends a request in a span.
     *
     * @param onNewConnection whether the request has a new connection, because a stale one failed or the credentials are a
     *        caller's
     */
    <T> Uni<T> send(boolean onNewConnection, Function<SentRequest, Uni<T>> request) {
        if (!on) {
            return request.apply(SentRequest.UNTRACED);
        }
        SpanBuilder span = endpoint.span(call)
                .setAllAttributes(describe(Attributes.builder()).put(NEW_CONNECTION, onNewConnection).build());
        if (sent++ > 0) {
            span.setAttribute(RESEND_COUNT, sent - 1L);
        }
        SentRequest traced = endpoint.sent(span.startSpan());
        return Uni.createFrom().deferred(() -> request.apply(traced)).onTermination()
                .invoke((item, failure, abandoned) -> traced.end(failure, abandoned));
    }

    private AttributesBuilder describe(AttributesBuilder attributes) {
        attributes.put(ATTEMPT, (long) attempt);
        if (budgetWait != NOT_YET) {
            attributes.put(BUDGET_WAIT, budgetWait);
        }
        if (bulkheadWait != NOT_YET) {
            attributes.put(BULKHEAD_WAIT, bulkheadWait);
        }
        if (breaker != null) {
            attributes.put(BREAKER_STATE, breaker.name().toLowerCase(Locale.ROOT));
        }
        return attributes;
    }
}
