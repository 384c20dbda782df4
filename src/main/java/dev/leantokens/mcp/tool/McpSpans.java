package dev.leantokens.mcp.tool;

import jakarta.inject.Singleton;

import dev.leantokens.trace.Traces;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * Creates the spans of MCP requests in all revisions, by OpenTelemetry's semantic conventions for MCP. Leaves out the ids of
 * sessions, with which anyone can use a session, and those of requests, arguments and results, which callers choose or must
 * keep secret. Thread-safe.
 */
@Singleton
public class McpSpans {

    private static final String CALL = "tools/call";
    private static final String META = "_meta";
    private static final String KEPT = McpSpans.class.getName();

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("mcp.method.name");
    private static final AttributeKey<String> TOOL = AttributeKey.stringKey("gen_ai.tool.name");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
    private static final AttributeKey<String> TRANSPORT = AttributeKey.stringKey("network.transport");
    private static final AttributeKey<String> PROTOCOL = AttributeKey.stringKey("network.protocol.name");

    private static final TextMapGetter<JsonObject> META_GETTER = new MetaGetter();

    private final Traces traces;

    McpSpans(Traces traces) {
        this.traces = traces;
    }

    public boolean areOn() {
        return traces.areOn();
    }

    /**
     * Starts the span of a request and makes it the current one. Its parent is the trace context in the metadata of the message
     * (SEP-414), with a link to the span of the HTTP request, or otherwise that span.
     *
     * @param method a method that is implemented here
     * @param params as received, or null
     */
    public McpSpan start(String method, JsonObject params) {
        if (!traces.areOn()) {
            return McpSpan.NONE;
        }
        Context http = McpSpan.surrounding(traces.current());
        Context remote = params != null && params.getValue(META) instanceof JsonObject meta
                ? traces.extract(Context.root(), meta, META_GETTER)
                : Context.root();
        boolean hasRemote = Span.fromContextOrNull(remote) != null;
        Context parent = hasRemote ? remote : http;
        boolean call = method.equals(CALL);
        boolean known = call && TokenTool.NAME.equals(params.getValue("name"));
        SpanBuilder builder = traces.span(known ? method + " " + TokenTool.NAME : method)
                .setSpanKind(SpanKind.SERVER)
                .setParent(parent)
                .setAttribute(METHOD, method)
                .setAttribute(TRANSPORT, "tcp")
                .setAttribute(PROTOCOL, "http");
        if (hasRemote) {
            builder.addLink(Span.fromContext(http).getSpanContext());
        }
        if (call) {
            builder.setAttribute(OPERATION, "execute_tool");
        }
        if (known) {
            builder.setAttribute(TOOL, TokenTool.NAME);
        }
        McpSpan span = new McpSpan(builder.startSpan(), parent, http, traces);
        traces.enter(span.context());
        return span;
    }

    /** @return the span of the MCP request whose handling calls this; to be asked before anything asynchronous */
    public McpSpan current() {
        return traces.areOn() ? McpSpan.of(traces.current()) : McpSpan.NONE;
    }

    /** Keeps the span of a request for {@link #resume}: the extension calls the tool on another context of Vert.x. */
    public void keep(McpSpan span, RoutingContext context, Object requestId) {
        context.put(KEPT + requestId, span);
    }

    /** Makes the span that was kept for a request the current one again. */
    void resume(RoutingContext context, Object requestId) {
        McpSpan span = context.get(KEPT + requestId);
        if (span != null) {
            traces.enter(span.context());
        }
    }

    /** @return the members of a message's metadata that are its trace context, for another message */
    public static JsonObject metaOf(JsonObject params) {
        JsonObject context = new JsonObject();
        if (params.getValue(META) instanceof JsonObject meta) {
            for (String name : Traces.FIELDS) {
                if (meta.getValue(name) instanceof String value) {
                    context.put(name, value);
                }
            }
        }
        return context;
    }

    private static final class MetaGetter implements TextMapGetter<JsonObject> {

        @Override
        public Iterable<String> keys(JsonObject meta) {
            return meta.fieldNames();
        }

        @Override
        public String get(JsonObject meta, String name) {
            return meta.getValue(name) instanceof String value ? value : null;
        }
    }
}
