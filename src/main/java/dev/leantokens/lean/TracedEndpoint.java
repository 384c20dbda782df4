package dev.leantokens.lean;

import java.net.URI;
import java.time.Clock;

import dev.leantokens.trace.Traces;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;

/**
 * Lean's token endpoint, as spans describe it (semantic conventions for HTTP clients).
 *
 * @param attributes those of every request
 * @param sendsContext whether requests have the headers of W3C Trace Context
 */
record TracedEndpoint(Traces traces, Clock clock, Attributes attributes, boolean sendsContext) {

    private static final String TEMPLATE = "/oauth2/token";
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    static TracedEndpoint of(Traces traces, Clock clock, LeanAccount account, LeanConfig config) {
        URI url = account.url();
        int standardPort = account.isEncrypted() ? HTTPS_PORT : HTTP_PORT;
        return new TracedEndpoint(traces, clock, Attributes.builder()
                .put("http.request.method", "POST")
                .put("server.address", url.getHost())
                .put("server.port", url.getPort() < 0 ? standardPort : url.getPort())
                .put("url.full", url + TEMPLATE)
                .put("url.template", TEMPLATE)
                .build(), config.sendTraceContext());
    }

    /** @param parent the context of the call's span */
    CallTrace call(Context parent) {
        return new CallTrace(this, parent);
    }

    SpanBuilder span(Context parent) {
        return traces.span("POST " + TEMPLATE).setParent(parent).setSpanKind(SpanKind.CLIENT).setAllAttributes(attributes);
    }

    SentRequest sent(Span span) {
        return new SentRequest(span, sendsContext);
    }
}
