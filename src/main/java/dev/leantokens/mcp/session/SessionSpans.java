package dev.leantokens.mcp.session;

import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;

import dev.leantokens.mcp.tool.McpSpan;
import dev.leantokens.mcp.tool.McpSpans;
import dev.leantokens.mcp.tool.TokenTool;
import io.quarkiverse.mcp.server.InitialRequest;
import io.quarkiverse.mcp.server.InitialRequest.Transport;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkiverse.mcp.server.McpMethod;
import io.quarkiverse.mcp.server.runtime.McpMessageHandler;
import io.quarkiverse.mcp.server.runtime.McpRequest;
import io.quarkiverse.mcp.server.runtime.McpTracing;
import io.quarkiverse.mcp.server.runtime.McpTracingSpan;
import io.quarkiverse.mcp.server.runtime.tracing.McpRequestInfo;
import io.quarkiverse.mcp.server.runtime.tracing.McpResponseInfo;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * Creates the spans of requests that the MCP extension handles. Those of the extension have ids of sessions and requests, and
 * names of tools as callers send them. Thread-safe.
 */
@Singleton
@Alternative
@Priority(1)
class SessionSpans implements McpTracing {

    private final McpSpans spans;
    private final CurrentVertxRequest currentRequest;

    SessionSpans(McpSpans spans, CurrentVertxRequest currentRequest) {
        this.spans = spans;
        this.currentRequest = currentRequest;
    }

    @Override
    public McpTracingSpan startSpan(McpMethod method, JsonObject message, McpRequest request, Transport transport) {
        // No notification has an effect that takes time.
        if (!spans.areOn() || message.getValue("id") == null) {
            return McpTracingSpan.NOOP;
        }
        JsonObject params = message.getJsonObject("params");
        McpSpan span = spans.start(SkillRequests.methodOf(method, params), params);
        if (method == McpMethod.TOOLS_CALL) {
            if (TokenTool.NAME.equals(params.getString("name"))) {
                spans.keep(span, routingContextOf(request), message.getValue("id"));
            } else {
                // The extension does not tell this error.
                span.failed(JsonRpcErrorCodes.INVALID_PARAMS);
            }
        }
        return new TracingSpan(new Info(method, message, request, transport, span), request, span);
    }

    private RoutingContext routingContextOf(McpRequest request) {
        request.contextStart();
        try {
            return currentRequest.getCurrent();
        } finally {
            request.contextEnd(null);
        }
    }

    /** No record: its text would contain the message. */
    private static final class TracingSpan implements McpTracingSpan {

        private final McpRequestInfo info;
        private final McpRequest request;
        private final McpSpan span;

        private TracingSpan(McpRequestInfo info, McpRequest request, McpSpan span) {
            this.info = info;
            this.request = request;
            this.span = span;
        }

        @Override
        public McpRequestInfo requestInfo() {
            return info;
        }

        @Override
        public void end(Throwable failure) {
            InitialRequest handshake = request.connection().initialRequest();
            if (handshake != null && McpMessageHandler.SUPPORTED_PROTOCOL_VERSIONS.contains(handshake.protocolVersion())) {
                span.setProtocolVersion(handshake.protocolVersion());
            }
            if (failure != null) {
                span.failed(JsonRpcErrorCodes.INTERNAL_ERROR);
            }
            span.end();
        }
    }

    /** Learns which error the extension responds with. */
    private static final class Info extends McpRequestInfo {

        /** The extension takes what {@link McpHandshake} has answered for invalid, with this text. */
        private static final String ANSWERED = "Schema validation failed";

        private final McpSpan span;

        private Info(McpMethod method, JsonObject message, McpRequest request, Transport transport, McpSpan span) {
            super(method, message, request, transport);
            this.span = span;
        }

        @Override
        public void setResponseInfo(McpResponseInfo response) {
            // The tool reports its errors itself.
            if (response.jsonRpcErrorCode() != null && !ANSWERED.equals(response.jsonRpcErrorMessage())) {
                span.failed(response.jsonRpcErrorCode());
            }
        }
    }
}
