package dev.leantokens.mcp;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.access.AccessRules;
import dev.leantokens.access.Caller;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.AllowedMethods;
import dev.leantokens.http.BodyReader;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestFilters;
import dev.leantokens.mcp.authorization.McpAuthorization;
import dev.leantokens.mcp.message.JsonRpc;
import dev.leantokens.mcp.message.JsonRpcException;
import dev.leantokens.mcp.message.McpEndpoint;
import dev.leantokens.mcp.message.McpMessage;
import dev.leantokens.mcp.message.McpMessageReader;
import dev.leantokens.mcp.session.AutoInit;
import dev.leantokens.mcp.session.McpStreams;
import dev.leantokens.mcp.session.SessionGuard;
import dev.leantokens.mcp.session.SkillRequests;
import dev.leantokens.mcp.stateless.StatelessHandler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;

/**
 * Checks MCP requests, and passes those on that the MCP extension can handle. The extension logs a body that is not JSON
 * with an excerpt, which can be a secret, and keeps the session that it opened for it. It knows neither the owners of
 * sessions nor the stateless revision. Requests to other paths do not reach this filter.
 */
@ApplicationScoped
class McpFilter implements AllowedMethods {

    private static final CharSequence JSON_AND_EVENT_STREAM = HttpHeaders
            .createOptimized("application/json, text/event-stream");

    private final AccessRules access;
    private final McpAuthorization authorization;
    private final BodyReader bodies;
    private final StatelessHandler stateless;
    private final AutoInit autoInit;
    private final SessionGuard sessions;
    private final McpStreams streams;
    private final HttpErrors errors;
    private final JsonRpc jsonRpc;

    McpFilter(AccessRules access, McpAuthorization authorization, BodyReader bodies, StatelessHandler stateless,
            AutoInit autoInit, SessionGuard sessions, McpStreams streams, HttpErrors errors, JsonRpc jsonRpc) {
        this.access = access;
        this.authorization = authorization;
        this.bodies = bodies;
        this.stateless = stateless;
        this.autoInit = autoInit;
        this.sessions = sessions;
        this.streams = streams;
        this.errors = errors;
        this.jsonRpc = jsonRpc;
    }

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.MCP);
    }

    void register(@Observes Router router) {
        router.route(Endpoint.MCP_PATH + "/*").order(-FilterOrder.MCP).failureHandler(this::failed);
    }

    @Override
    public Optional<String> of(RoutingContext context) {
        return McpEndpoint.of(context).map(endpoint -> switch (endpoint) {
            case STREAMABLE -> autoInit.isEnabled() ? "POST, OPTIONS" : "GET, POST, DELETE, OPTIONS";
            case SSE -> "GET, OPTIONS";
            case MESSAGES -> "POST, OPTIONS";
        });
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        if (endpoint != Endpoint.MCP) {
            return true;
        }
        handle(context);
        return false;
    }

    private void handle(RoutingContext context) {
        try {
            McpEndpoint endpoint = McpEndpoint.of(context).orElseThrow(HttpErrors::pathNotFound);
            Caller caller = Caller.of(context);
            access.requireEntitled(caller, authorization.isOn());
            caller.oauthScopes().ifPresent(authorization::requireScopes);
            // Any response, and any stream, can contain a token (RFC 6749 §5.1).
            context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            if (endpoint == McpEndpoint.SSE || context.request().method() != HttpMethod.POST) {
                handleWithoutMessage(context, endpoint, caller);
                return;
            }
            bodies.read(context.request()).onComplete(
                    body -> handleMessage(context, endpoint, caller, body), failure -> refuse(context, failure));
        } catch (RuntimeException e) {
            refuse(context, e);
        }
    }

    private void handleMessage(RoutingContext context, McpEndpoint endpoint, Caller caller, byte[] body) {
        try {
            McpMessage message = McpMessageReader.read(context.request(), endpoint, body);
            if (endpoint != McpEndpoint.STREAMABLE || !stateless.answer(context, message)) {
                handleInSession(context, endpoint, caller, message);
            }
        } catch (RuntimeException e) {
            refuse(context, e);
        }
    }

    private void handleInSession(RoutingContext context, McpEndpoint endpoint, Caller caller, McpMessage message) {
        boolean streamable = endpoint == McpEndpoint.STREAMABLE;
        sessions.requireTransport(context, endpoint);
        message.requireValid();
        if (streamable && autoInit.isEnabled()) {
            if (autoInit.answer(context, message)) {
                return;
            }
        } else if (streamable) {
            sessions.requireSession(context, caller, message);
        } else {
            sessions.use(caller, McpEndpoint.sessionOf(context));
        }
        passOn(context, message);
    }

    private void handleWithoutMessage(RoutingContext context, McpEndpoint endpoint, Caller caller) {
        HttpServerRequest request = context.request();
        HttpMethod method = request.method();
        boolean get = method == HttpMethod.GET;
        if (endpoint == McpEndpoint.SSE && !get) {
            // The extension opens a stream for other methods too.
            refuseMethod(context, "GET", "the stream is opened by GET");
            return;
        }
        if (endpoint == McpEndpoint.STREAMABLE && (get || method == HttpMethod.DELETE)
                && stateless.isStateless(request.headers())) {
            refuseMethod(context, "POST", "this revision of MCP has neither streams nor sessions; send messages with POST");
            return;
        }
        sessions.requireTransport(context, endpoint);
        switch (endpoint) {
            case SSE -> {
                streams.track(context);
                sessions.openSse(context, caller);
            }
            case MESSAGES -> {
                sessions.use(caller, McpEndpoint.sessionOf(context));
                context.next();
            }
            case STREAMABLE -> handleSession(context, caller);
        }
    }

    /** Opens the stream of a session, or lets the extension end the session. */
    private void handleSession(RoutingContext context, Caller caller) {
        boolean get = context.request().method() == HttpMethod.GET;
        String session = context.request().getHeader(SessionGuard.SESSION_ID);
        if (autoInit.isEnabled()) {
            refuseMethod(context, "POST", "MCP is served without sessions here, by POST");
            return;
        }
        if (session == null && get) {
            refuseMethod(context, "POST, DELETE", "a stream belongs to a session: name it in Mcp-Session-Id");
            return;
        }
        if (session != null) {
            sessions.use(caller, session);
        }
        if (get) {
            streams.open(context, session);
            return;
        }
        if (session != null && context.request().method() == HttpMethod.DELETE) {
            // The extension then ends it.
            sessions.forget(session);
        }
        context.next();
    }

    /** Passes the message to the extension, whose body handler then leaves the body alone. */
    private static void passOn(RoutingContext context, McpMessage message) {
        // The extension requires both types, in lower case.
        context.request().headers().set(HttpHeaders.ACCEPT, JSON_AND_EVENT_STREAM);
        RoutingContextInternal internal = (RoutingContextInternal) context;
        internal.setBody(Buffer.buffer(SkillRequests.body(message)));
        internal.visitHandler(RoutingContextInternal.BODY_HANDLER);
        context.next();
    }

    private void refuseMethod(RoutingContext context, String allowed, String reason) {
        TokenException refusal = TokenError.METHOD_NOT_ALLOWED.because(reason);
        context.response().putHeader(HttpHeaders.ALLOW, allowed);
        if (context.request().method() == HttpMethod.GET) {
            // MCP: 405 means that no stream is offered. Clients request one after each handshake.
            errors.answer(context, refusal);
        } else {
            errors.send(context, refusal);
        }
    }

    private void refuse(RoutingContext context, Throwable failure) {
        if (failure instanceof TokenException refusal) {
            errors.send(context, refusal);
        } else if (failure instanceof JsonRpcException refusal) {
            jsonRpc.refuse(context, refusal);
        } else {
            context.fail(failure);
        }
    }

    /** The extension fails with 404 if a session has ended, and with 405 for a method that it does not serve. */
    private void failed(RoutingContext context) {
        if (context.response().headWritten()) {
            context.next();
            return;
        }
        switch (context.statusCode()) {
            case 404 -> errors.send(context, SessionGuard.unknownSession());
            case 405 -> {
                of(context).ifPresent(methods -> context.response().putHeader(HttpHeaders.ALLOW, methods));
                errors.send(context, TokenError.METHOD_NOT_ALLOWED.because("MCP is not served by this method at this path"));
            }
            default -> context.next();
        }
    }
}
