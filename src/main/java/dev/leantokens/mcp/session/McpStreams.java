package dev.leantokens.mcp.session;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Ends the streams that MCP clients hold open when the service begins to shut down. Such a stream has no end of its own, and
 * the shutdown would wait for it as for any request, in vain.
 */
@ApplicationScoped
class McpStreams {

    private final Set<HttpServerResponse> open = ConcurrentHashMap.newKeySet();

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP - 1);
    }

    private void filter(RoutingContext context) {
        if (context.request().method() == HttpMethod.GET && Endpoint.of(context) == Endpoint.MCP) {
            HttpServerResponse response = context.response();
            open.add(response);
            context.addEndHandler(ended -> open.remove(response));
        }
        context.next();
    }

    void end(@Observes ShutdownDelayInitiatedEvent event) {
        open.forEach(response -> {
            if (!response.ended()) {
                response.end();
            }
        });
    }
}
