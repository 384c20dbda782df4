package dev.leantokens.mcp.tool;

import dev.leantokens.error.TokenException;
import dev.leantokens.trace.Traces;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;

/** The span of an MCP request. Thread-safe. */
public final class McpSpan {

    // Before the constant that uses it.
    private static final ContextKey<McpSpan> KEY = ContextKey.named("mcp-span");

    /** Records nothing. */
    public static final McpSpan NONE = new McpSpan(Span.getInvalid(), Context.root(), Context.root(), Traces.OFF);

    private static final AttributeKey<String> VERSION = AttributeKey.stringKey("mcp.protocol.version");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> STATUS_CODE = AttributeKey.stringKey("rpc.response.status_code");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("token.error");

    private final Span span;
    private final Context context;
    private final Context surrounding;
    private final Traces traces;

    /**
     * @param parent the context that the span is based on
     * @param surrounding the context to return to at the end
     */
    McpSpan(Span span, Context parent, Context surrounding, Traces traces) {
        this.span = span;
        this.context = parent.with(span).with(KEY, this);
        this.surrounding = surrounding;
        this.traces = traces;
    }

    /** @return the context around the MCP request that is handled, such as another one of its batch, or the context itself */
    static Context surrounding(Context context) {
        McpSpan outer = context.get(KEY);
        return outer == null ? context : outer.surrounding;
    }

    static McpSpan of(Context context) {
        McpSpan span = context.get(KEY);
        return span == null ? NONE : span;
    }

    /** @return the context in which it is the current span */
    Context context() {
        return context;
    }

    /** @param version a revision that is supported here */
    public void setProtocolVersion(String version) {
        span.setAttribute(VERSION, version);
    }

    /** Records that the response is a JSON-RPC error. */
    public void failed(int code) {
        String text = Integer.toString(code);
        span.setAttribute(STATUS_CODE, text);
        fail(text);
    }

    /** Records that the result of the tool is an error. */
    void toolFailed(TokenException error) {
        span.setAttribute(ERROR, error.error().reason());
        fail("tool_error");
    }

    private void fail(String type) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute(ERROR_TYPE, type);
    }

    /** Ends it. On its own context of Vert.x, the surrounding span is the current one again. */
    public void end() {
        span.end();
        if (traces.areOn() && traces.current().get(KEY) == this) {
            traces.enter(surrounding);
        }
    }
}
