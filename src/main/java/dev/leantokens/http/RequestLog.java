package dev.leantokens.http;

import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.audit.AuditLog;
import dev.leantokens.error.CallerName;
import dev.leantokens.error.ErrorLog;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenException;
import dev.leantokens.limits.PeerNetwork;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Tells the error log, and Quarkus' access log if it is on, which endpoint a request is for and who the caller is. Neither logs
 * a value that the caller controls. Thread-safe.
 */
@ApplicationScoped
public class RequestLog {

    // Names in the access log's pattern; a missing value is logged as a dash.
    private static final String CALLER = "caller";
    private static final String METHOD = "method";
    private static final String ENDPOINT = "endpoint";
    private static final String STATUS = "status";

    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT,
            HttpMethod.PATCH, HttpMethod.DELETE, HttpMethod.OPTIONS);

    private static final Set<String> PATHS = Set.of(Endpoint.TOKEN_PATH, Endpoint.MCP_PATH, Endpoint.MCP_SSE_PATH);

    private static final String CLIENT = RequestLog.class.getName();
    /** Whether the client is one of any number that are not configured one by one. */
    private static final String OF_MANY = CLIENT + ".ofMany";

    private final ErrorLog errors;
    private final AuditLog audit;
    private final VertxHttpConfig http;

    RequestLog(ErrorLog errors, AuditLog audit, VertxHttpConfig http) {
        this.errors = errors;
        this.audit = audit;
        this.http = http;
    }

    void register(@Observes RequestFilters filters) {
        if (http.accessLog().enabled()) {
            filters.register(this::describe, FilterOrder.ACCESS_LOG);
        }
        if (audit.isConfigured()) {
            filters.register(this::audit, FilterOrder.AUDIT);
        }
    }

    /** Adds the line of a request for a token that ends unnoticed: its caller leaves early, or Quarkus answers by itself. */
    private boolean audit(RoutingContext context, Endpoint endpoint) {
        if (endpoint == Endpoint.TOKEN && context.request().method() != HttpMethod.OPTIONS) {
            context.addEndHandler(ended -> {
                if (AuditLog.isAudited(context)) {
                    return;
                }
                if (ended.failed() || !context.response().ended()) {
                    audit.gone(Origin.REST, addressOf(context), context);
                } else {
                    audit.refused(Origin.REST, addressOf(context), context,
                            HttpErrors.of(context.response().getStatusCode(), context));
                }
            });
        }
        return true;
    }

    private boolean describe(RoutingContext context, Endpoint endpoint) {
        HttpServerRequest request = context.request();
        context.put(CALLER, nameOf(context));
        context.put(METHOD, isKnown(request.method()) ? request.method().name() : null);
        context.put(ENDPOINT, nameOf(endpoint, context));
        // A caller that hangs up first gets no status.
        context.addHeadersEndHandler(started -> context.put(STATUS, Integer.toString(context.response().getStatusCode())));
        return true;
    }

    /** @return whether it is one of the methods that a log or a trace names */
    static boolean isKnown(HttpMethod method) {
        return METHODS.contains(method);
    }

    /** @return the endpoint's path, with a placeholder for what callers choose; null if nothing is served at the path */
    static String nameOf(Endpoint endpoint, RoutingContext context) {
        if (endpoint == Endpoint.SKILLS) {
            return Endpoint.SKILLS_PATH;
        }
        if (endpoint == Endpoint.RESOURCE_METADATA) {
            return Endpoint.RESOURCE_METADATA_PATH;
        }
        if (endpoint == Endpoint.START) {
            return Endpoint.START_PATH;
        }
        if (endpoint == Endpoint.STATUS) {
            return Endpoint.STATUS_PATH;
        }
        if (endpoint == Endpoint.STATUS_EVENTS) {
            return Endpoint.STATUS_EVENTS_PATH;
        }
        String path = Endpoint.pathOf(context);
        if (path.startsWith(Endpoint.MCP_MESSAGES_PATH)) {
            return Endpoint.MCP_MESSAGES_PATH + "{id}";
        }
        return PATHS.contains(path) ? path : null;
    }

    /**
     * Logs and counts a request's error, and writes its line of the audit.
     *
     * @param failure as {@link ErrorLog#record} takes it
     * @return the error that the caller receives
     */
    public TokenException record(RoutingContext context, Throwable failure) {
        Origin origin = Endpoint.of(context).origin();
        TokenException error = errors.record(origin, callerOf(context), failure);
        RequestSpans.describe(context, error);
        audit.refused(origin, addressOf(context), context, error);
        return error;
    }

    /**
     * Names the client that the caller has authenticated as. Without one, the caller is named by its address.
     *
     * @param name of a configured client
     */
    public static void setClient(RoutingContext context, String name) {
        context.put(CLIENT, name);
        if (context.get(CALLER) != null) {
            context.put(CALLER, name);
        }
    }

    /**
     * Names the caller by a verified token. Any number of callers can have tokens of one issuer.
     *
     * @param name printable ASCII; no space in what the caller controls, so that it cannot be mistaken for the log's own text
     */
    public static void setFederatedCaller(RoutingContext context, String name) {
        setClient(context, name);
        context.put(OF_MANY, true);
    }

    private static CallerName callerOf(RoutingContext context) {
        String name = nameOf(context);
        if (context.get(CLIENT) == null) {
            return CallerName.unauthenticated(name, PeerNetwork.named(addressOf(context)));
        }
        return context.get(OF_MANY) == null ? CallerName.authenticated(name) : CallerName.federated(name);
    }

    private static String nameOf(RoutingContext context) {
        String client = context.get(CLIENT);
        return client == null ? "address " + addressOf(context) : client;
    }

    private static String addressOf(RoutingContext context) {
        return Peer.of(context.request().connection()).address();
    }
}
