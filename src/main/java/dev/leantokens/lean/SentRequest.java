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

    /** What must be passed on (W3C Trace Context §3.3.1.5). A caller can send more, for which Lean might refuse the request. */
    private static final int MAX_TRACESTATE = 512;
    private static final int FIRST_ERROR = 400;

    private final Span span;
    private final Map<String, String> headers = new HashMap<>();
    private boolean failed;

    /** @param sendsContext whether it has the headers */
    SentRequest(Span span, boolean sendsContext) {
        this.span = span;
        if (sendsContext) {
            // Without baggage, which is for the caller's own systems.
            W3CTraceContextPropagator.getInstance().inject(Context.root().with(span), headers, Map::put);
        }
    }

    /** @return the value of the header {@code traceparent}; null if it is not sent */
    String traceparent() {
        return headers.get("traceparent");
    }

    /** @return the value of the header {@code tracestate}; null if it is not sent */
    String tracestate() {
        String state = headers.get("tracestate");
        return state == null || state.length() > MAX_TRACESTATE ? null : state;
    }

    /** @param status that of the response */
    void answered(int status) {
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
