package dev.leantokens.http;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenException;
import dev.leantokens.trace.Traces;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * Creates the span of each request except those for management and streams of the status, by the semantic conventions for HTTP.
 * It has the endpoint and
 * neither the path, which can end in a caller's input, nor the query, a header or the address. Thread-safe.
 */
@ApplicationScoped
class RequestSpans {

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    private static final AttributeKey<String> PROTOCOL_VERSION = AttributeKey.stringKey("network.protocol.version");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    /** The reason of a refusal: the conventions leave {@code error.type} to errors of the server. */
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("token.error");

    /** The method that stands for all that are not known. */
    private static final String OTHER = "_OTHER";
    private static final int FIRST_SERVER_ERROR = 500;

    private static final TraceHeaders HEADERS = new TraceHeaders();

    private static final String SPAN = RequestSpans.class.getName();

    private final Traces traces;

    RequestSpans(Traces traces) {
        this.traces = traces;
    }

    void register(@Observes RequestFilters filters) {
        if (traces.areOn()) {
            filters.register(this::start, FilterOrder.TRACES);
        }
    }

    private boolean start(RoutingContext context, Endpoint endpoint) {
        if (endpoint == Endpoint.MANAGEMENT || endpoint == Endpoint.STATUS_EVENTS) {
            // Probes and scrapes, and streams that last as long as a page is open.
            return true;
        }
        HttpServerRequest request = context.request();
        Context parent = traces.extract(Context.root(), request.headers(), HEADERS);
        Span span = describe(request, RequestLog.nameOf(endpoint, context)).setParent(parent).startSpan();
        context.put(SPAN, span);
        context.addHeadersEndHandler(ready -> {
            if (isStream(context)) {
                // A stream lasts for hours: its request is over when it is open.
                end(span, context, true);
            }
        });
        context.addEndHandler(ended -> end(span, context, ended.succeeded()));
        traces.enter(parent.with(span));
        return true;
    }

    private SpanBuilder describe(HttpServerRequest request, String route) {
        boolean known = RequestLog.isKnown(request.method());
        String method = known ? request.method().name() : "HTTP";
        SpanBuilder span = traces.span(route == null ? method : method + " " + route)
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(METHOD, known ? method : OTHER)
                .setAttribute(SCHEME, request.isSSL() ? "https" : "http")
                .setAttribute(PORT, (long) request.localAddress().port())
                .setAttribute(PROTOCOL_VERSION, version(request.version()));
        return route == null ? span : span.setAttribute(ROUTE, route);
    }

    private static String version(HttpVersion version) {
        return switch (version) {
            case HTTP_1_0 -> "1.0";
            case HTTP_1_1 -> "1.1";
            case HTTP_2 -> "2";
        };
    }

    private static boolean isStream(RoutingContext context) {
        String type = context.response().headers().get(HttpHeaders.CONTENT_TYPE);
        return context.request().method() == HttpMethod.GET && type != null && type.startsWith("text/event-stream");
    }

    /** Called again at the end of a stream, when it has no effect any more. */
    private static void end(Span span, RoutingContext context, boolean complete) {
        if (!complete) {
            // No status: the caller has not received it.
            fail(span, "connection_closed");
        } else {
            int status = context.response().getStatusCode();
            span.setAttribute(STATUS, (long) status);
            if (status >= FIRST_SERVER_ERROR) {
                fail(span, Integer.toString(status));
            }
        }
        span.end();
    }

    private static void fail(Span span, String type) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute(ERROR_TYPE, type);
    }

    /** Adds the kind of an error to the request's span, if it has one. */
    static void describe(RoutingContext context, TokenException error) {
        Span span = context.get(SPAN);
        if (span != null) {
            span.setAttribute(ERROR, error.error().reason());
        }
    }
}
