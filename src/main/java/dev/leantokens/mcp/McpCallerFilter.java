package dev.leantokens.mcp;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.access.AccessRules;
import dev.leantokens.access.Caller;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Refuses who may use nothing of MCP, before anything is read of what it sends, and has nobody keep what it is answered. */
@ApplicationScoped
class McpCallerFilter {

    private final AccessRules access;
    private final HttpErrors errors;

    McpCallerFilter(AccessRules access, HttpErrors errors) {
        this.access = access;
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MCP_CALLERS);
    }

    private void filter(RoutingContext context) {
        if (Endpoint.of(context) != Endpoint.MCP) {
            context.next();
            return;
        }
        try {
            McpEndpoint.of(context).orElseThrow(HttpErrors::nothingHere);
            access.requireEntitled(Caller.of(context));
            // Any answer, and any stream, can have a token (RFC 6749 §5.1).
            context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        } catch (TokenException e) {
            errors.send(context, e);
            return;
        }
        context.next();
    }
}
