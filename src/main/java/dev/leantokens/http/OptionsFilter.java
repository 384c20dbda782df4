package dev.leantokens.http;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
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

    void register(@Observes RequestFilters filters) {
        filters.register((context, endpoint) -> !isOptions(context) || allows(context, endpoint), FilterOrder.OPTIONS);
        filters.register((context, endpoint) -> !isOptions(context) || !answers(context), FilterOrder.OPTIONS_ANSWER);
    }

    private static boolean isOptions(RoutingContext context) {
        return context.request().method() == HttpMethod.OPTIONS;
    }

    private boolean allows(RoutingContext context, Endpoint endpoint) {
        Optional<String> methods = switch (endpoint) {
            case TOKEN -> Optional.of(Endpoint.TOKEN_METHODS);
            case MCP -> mcp.of(context);
            case START, STATUS, STATUS_EVENTS -> Optional.of(Endpoint.READ_METHODS);
            case MANAGEMENT -> Optional.of(Endpoint.READ_METHODS).filter(read -> ManagementFilter.isServed(context));
            // Metadata that is served has been answered.
            case SKILLS, RESOURCE_METADATA, OTHER -> Optional.empty();
        };
        // The others of these paths are answered later: by Quarkus REST and by the skill's filter.
        if (methods.isEmpty() && endpoint != Endpoint.MANAGEMENT && endpoint != Endpoint.SKILLS) {
            errors.send(context, HttpErrors.pathNotFound());
            return false;
        }
        methods.ifPresent(all -> context.response().putHeader(HttpHeaders.ALLOW, all));
        return true;
    }

    private static boolean answers(RoutingContext context) {
        boolean allowed = context.response().headers().contains(HttpHeaders.ALLOW);
        if (allowed) {
            context.response().end();
        }
        return allowed;
    }
}
