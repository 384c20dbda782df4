package dev.leantokens.http;

import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.ConfigProvider;

import dev.leantokens.error.CallerName;
import dev.leantokens.error.ErrorLog;
import dev.leantokens.error.TokenException;
import dev.leantokens.limits.PeerNetwork;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;

/**
 * Says of requests that come by HTTP what was asked and by whom: to the log of errors always, and to Quarkus' access log if it
 * is switched on. Neither is told anything that a caller could make up. Thread-safe.
 */
@ApplicationScoped
public class RequestLog {

    /** Names in the access log's pattern; what has no value there is a dash. */
    private static final String CALLER = "caller";
    private static final String METHOD = "method";
    private static final String ENDPOINT = "endpoint";
    private static final String STATUS = "status";

    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT,
            HttpMethod.PATCH, HttpMethod.DELETE, HttpMethod.OPTIONS);

    private static final Set<String> PATHS = Set.of(Endpoint.TOKEN_PATH, Endpoint.MCP_PATH, Endpoint.MCP_SSE_PATH);

    private static final String CALLER_KEY = RequestLog.class.getName();

    /** Where a peer is that has no address, as on a socket of the file system: not on the loopback interface. */
    private static final String NOWHERE = "0.0.0.0";

    private final ErrorLog errors;

    public RequestLog(ErrorLog errors) {
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        if (ConfigProvider.getConfig().unwrap(SmallRyeConfig.class).getConfigMapping(VertxHttpConfig.class).accessLog()
                .enabled()) {
            filters.register(this::tellAccessLog, FilterOrder.FIRST);
        }
    }

    private void tellAccessLog(RoutingContext context) {
        HttpServerRequest request = context.request();
        context.put(CALLER, callerOf(context));
        context.put(METHOD, METHODS.contains(request.method()) ? request.method().name() : null);
        context.put(ENDPOINT, endpointOf(context));
        // Where the caller goes away before there is an answer, there is no status.
        context.addHeadersEndHandler(answered -> context.put(STATUS, Integer.toString(context.response().getStatusCode())));
        context.next();
    }

    private static String endpointOf(RoutingContext context) {
        if (Endpoint.of(context) == Endpoint.SKILLS) {
            return Endpoint.SKILLS_PATH;
        }
        String path = Endpoint.pathOf(context);
        if (path.startsWith(Endpoint.MCP_MESSAGES_PATH)) {
            return Endpoint.MCP_MESSAGES_PATH + "{id}";
        }
        return PATHS.contains(path) ? path : null;
    }

    /**
     * Logs and counts that a request ends with an error.
     *
     * @param failure as {@link ErrorLog#record} takes it
     * @return the error that the caller is told
     */
    public TokenException failed(RoutingContext context, Throwable failure) {
        return errors.record(Endpoint.of(context).origin(), nameOf(context), failure);
    }

    /**
     * It has been found out who is calling.
     *
     * @param caller by its {@code toString} it is known in the log
     */
    public static void isOf(Object caller, RoutingContext context) {
        context.put(CALLER_KEY, caller);
        if (context.get(CALLER) != null) {
            context.put(CALLER, caller.toString());
        }
    }

    private static CallerName nameOf(RoutingContext context) {
        String name = callerOf(context);
        String address = addressOf(context.request());
        return name.equals(byAddress(address)) ? CallerName.unauthenticated(name, PeerNetwork.named(address))
                : CallerName.authenticated(name);
    }

    private static String callerOf(RoutingContext context) {
        Object caller = context.get(CALLER_KEY);
        return caller == null ? byAddress(addressOf(context.request())) : caller.toString();
    }

    private static String byAddress(String address) {
        return "address " + address;
    }

    /**
     * The connection's address and not the request's: that one follows X-Forwarded-For where an operator has switched
     * quarkus.http.proxy on, and anyone can write a header.
     */
    public static String addressOf(HttpServerRequest request) {
        SocketAddress peer = request.connection().remoteAddress();
        return peer == null || peer.hostAddress() == null ? NOWHERE : peer.hostAddress();
    }
}
