package dev.leantokens.store;

import dev.leantokens.trace.Traces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;

/**
 * Creates the spans of what requests wait for in the store, without the keys and arguments of scripts. Creates none without a
 * parent. Thread-safe.
 */
final class StoreSpans {

    static final StoreSpans OFF = new StoreSpans(Traces.OFF);

    private static final String COMMAND = "EVALSHA";

    private final Traces traces;

    StoreSpans(Traces traces) {
        this.traces = traces;
    }

    /**
     * @param parent the context of the parent
     * @param run runs the script
     */
    Uni<Response> of(StoreScript script, Context parent, Uni<Response> run) {
        if (!hasSpan(parent)) {
            return run;
        }
        SpanBuilder builder = traces.span(COMMAND + ' ' + script.name()).setParent(parent).setSpanKind(SpanKind.CLIENT)
                .setAttribute("db.system.name", "redis")
                .setAttribute("db.operation.name", COMMAND)
                .setAttribute("db.stored_procedure.name", script.name());
        return Uni.createFrom().deferred(() -> {
            Span span = builder.startSpan();
            return run.onFailure(StoreUnavailableException.class)
                    .invoke(failure -> fail(span, failure.fault()))
                    .onTermination().invoke(span::end);
        });
    }

    /** @return the span of a wait for another replica, to be ended by the caller */
    Span waitForReplica(Context parent) {
        return hasSpan(parent) ? traces.span("wait for replica").setParent(parent).startSpan() : Span.getInvalid();
    }

    private boolean hasSpan(Context parent) {
        return traces.areOn() && Span.fromContext(parent).getSpanContext().isValid();
    }

    private static void fail(Span span, StoreFault fault) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute("error.type", fault.tag());
    }
}
