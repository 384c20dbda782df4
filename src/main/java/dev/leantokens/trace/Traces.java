package dev.leantokens.trace;

import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.leantokens.error.TokenException;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.quarkus.opentelemetry.runtime.QuarkusContextStorage;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/**
 * Creates spans, if traces are exported. If not, it does nothing, and its callers skip their own work for spans. No name,
 * attribute or event of a span contains what a caller sent or Lean answered. Thread-safe.
 */
public final class Traces {

    /** Creates no spans. */
    public static final Traces OFF = new Traces(OpenTelemetry.noop(), false);

    /** The names of the members of a trace context, in headers and in the metadata of messages. */
    public static final Set<String> FIELDS = Set.copyOf(W3CTraceContextPropagator.getInstance().fields());

    private final boolean on;
    private final Tracer tracer;

    public Traces(OpenTelemetry telemetry, boolean on) {
        this.on = on;
        this.tracer = telemetry.getTracer("dev.leantokens");
    }

    /** @return whether spans are created */
    public boolean areOn() {
        return on;
    }

    /** @return the context of the current span; to be asked when a method is called, not in a callback */
    public Context current() {
        return on ? Context.current() : Context.root();
    }

    /**
     * Reads a trace context (W3C Trace Context). What is malformed or too long is ignored.
     *
     * @param context what the result is based on
     * @return the context with the caller's span, if the carrier has one
     */
    public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
        return W3CTraceContextPropagator.getInstance().extract(context, carrier, new LimitedGetter<>(getter));
    }

    /**
     * Makes a span the current one for the rest of the request: spans become its children, and lines of the log have its ids.
     * To be called on the request's context of Vert.x.
     */
    public void enter(Context context) {
        io.vertx.core.Context ofRequest = Vertx.currentContext();
        if (ofRequest != null && VertxContext.isDuplicatedContext(ofRequest)) {
            // Never left: the request's context ends with the request.
            QuarkusContextStorage.INSTANCE.attach(ofRequest, context);
        }
    }

    /** @return the current span, which can be described; to be asked when a method is called, not in a callback */
    public Span currentSpan() {
        return on ? Span.current() : Span.getInvalid();
    }

    /** @return a new span, not started; the parent is the current span unless set */
    public SpanBuilder span(String name) {
        return tracer.spanBuilder(name);
    }

    /**
     * Does work in a span, which ends with the outcome. A failure sets its status and {@code error.type}, without a message.
     *
     * @param span started at each subscription
     * @param work called with the span as the current one
     */
    public <T> Uni<T> in(SpanBuilder span, Function<Span, Uni<T>> work) {
        return Uni.createFrom().deferred(() -> {
            Span started = span.startSpan();
            return inScope(Context.current().with(started), () -> work.apply(started))
                    .onFailure().invoke(failure -> fail(started, failure))
                    .onTermination().invoke(started::end);
        });
    }

    private static <T> Uni<T> inScope(Context context, Supplier<Uni<T>> work) {
        Scope scope = context.makeCurrent();
        try {
            return work.get();
        } catch (RuntimeException e) {
            return Uni.createFrom().failure(e);
        } finally {
            scope.close();
        }
    }

    /** Marks a span as failed, with the kind of the error only. */
    public static void fail(Span span, Throwable failure) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute("error.type", failure instanceof TokenException known
                ? known.error().reason()
                : failure.getClass().getName());
    }
}
