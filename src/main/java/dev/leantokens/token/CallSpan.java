package dev.leantokens.token;

import dev.leantokens.trace.Traces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;

/**
 * The span of a call that several requests can wait for. It starts with the call, or with a request that joins the call just
 * before that. Thread-safe.
 */
final class CallSpan {

    /** That of a call that is not traced. */
    static final CallSpan NONE = new CallSpan(null, Span.getInvalid());

    private final SpanBuilder builder;
    /** Null until it starts. */
    private Span span;

    /** @param builder has its parent, since any thread can start the span */
    CallSpan(SpanBuilder builder) {
        this(builder, null);
    }

    private CallSpan(SpanBuilder builder, Span span) {
        this.builder = builder;
        this.span = span;
    }

    /** @return what a span of another trace links to */
    SpanContext link() {
        return started().getSpanContext();
    }

    /** @return the context of spans that are part of the call; without the baggage of the request that started it */
    Context context() {
        return Context.root().with(started());
    }

    /** @param failure that of the call; null if it succeeded */
    void end(Throwable failure) {
        Span ended = started();
        if (failure != null) {
            Traces.fail(ended, failure);
        }
        ended.end();
    }

    private Span started() {
        return this == NONE ? span : startedOnce();
    }

    private synchronized Span startedOnce() {
        if (span == null) {
            span = builder.startSpan();
        }
        return span;
    }
}
