package dev.leantokens.http;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Answers {@code OPTIONS} with the methods of the path (RFC 9110 §9.3.7), without asking for credentials. Quarkus answers the
 * preflight requests of browsers; those responses get the same header.
 */
@ApplicationScoped
class OptionsFilter {

    private final AllowedMethods mcp;
    private final HttpErrors errors;

    OptionsFilter(AllowedMethods mcp, HttpErrors errors) {
        this.mcp = mcp;
        this.errors = errors;
    }

    void register(@Observes Router router) {
        router.options().order(-FilterOrder.OPTIONS).handler(this::allow);
        router.options().order(-FilterOrder.OPTIONS_ANSWER).handler(this::answer);
    }

    private void allow(RoutingContext context) {
        Endpoint endpoint = Endpoint.of(context);
        Optional<String> methods = switch (endpoint) {
            case TOKEN -> Optional.of(Endpoint.TOKEN_METHODS);
            case MCP -> mcp.of(context);
            case MANAGEMENT -> Optional.of(Endpoint.READ_METHODS).filter(read -> ManagementFilter.isServed(context));
            case SKILLS, OTHER -> Optional.empty();
        };
        // Quarkus REST serves the others of these paths, and answers OPTIONS for them.
        if (methods.isEmpty() && endpoint != Endpoint.MANAGEMENT && endpoint != Endpoint.SKILLS) {
            errors.send(context, HttpErrors.pathNotFound());
            return;
        }
        methods.ifPresent(all -> context.response().putHeader(HttpHeaders.ALLOW, all));
        context.next();
    }

    private void answer(RoutingContext context) {
        if (context.response().headers().contains(HttpHeaders.ALLOW)) {
            context.response().end();
        } else {
            context.next();
        }
    }
}
