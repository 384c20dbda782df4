package dev.leantokens.lean;

import java.util.HashMap;
import java.util.Map;

import dev.leantokens.trace.Traces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;

/** A request to Lean with its span, and the headers by which Lean can continue the trace (W3C Trace Context). */
final class SentRequest {

    /** A request that is not traced. */
    static final SentRequest UNTRACED = new SentRequest(Span.getInvalid(), false);

    private static final int FIRST_ERROR = 400;

    private final Span span;
    private final Map<String, String> headers;
    private boolean failed;

    /** @param sendsContext whether it has the headers */
    SentRequest(Span span, boolean sendsContext) {
        this.span = span;
        this.headers = sendsContext ? contextOf(span) : Map.of();
    }

    /** @return the headers: without baggage, which is for the caller's own systems */
    private static Map<String, String> contextOf(Span span) {
        Map<String, String> context = new HashMap<>();
        W3CTraceContextPropagator.getInstance().inject(Context.root().with(span), context, Map::put);
        return context;
    }

    /** @return the value of the header {@code traceparent}; null if it is not sent */
    String traceparent() {
        return headers.get("traceparent");
    }

    /** @return the value of the header {@code tracestate}; null if it is not sent */
    String tracestate() {
        return headers.get("tracestate");
    }

    /** @param status that of the response */
    void answered(int status) {
        if (!span.isRecording()) {
            // Also the one that is shared by all requests without a trace.
            return;
        }
        span.setAttribute("http.response.status_code", status);
        if (status >= FIRST_ERROR) {
            fail(Integer.toString(status));
        }
    }

    /**
     * @param failure null if the request succeeded or was abandoned
     * @param abandoned whether its time was over
     */
    void end(Throwable failure, boolean abandoned) {
        if (abandoned) {
            fail("timeout");
        } else if (failure != null && !failed) {
            Traces.fail(span, LeanFailure.translate(failure));
        }
        span.end();
    }

    private void fail(String type) {
        failed = true;
        span.setStatus(StatusCode.ERROR);
        span.setAttribute("error.type", type);
    }
}
