package dev.leantokens.http;

import java.util.List;
import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.quarkus.arc.All;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * Answers {@code OPTIONS} with the methods of the path (RFC 9110 §9.3.7), without asking for credentials. Quarkus answers the
 * preflight requests of browsers; their answers get the same header.
 */
@ApplicationScoped
class OptionsFilter {

    private final List<AllowedMethods> servers;
    private final HttpErrors errors;

    OptionsFilter(@All List<AllowedMethods> servers, HttpErrors errors) {
        this.servers = servers;
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::name, FilterOrder.OPTIONS);
        filters.register(this::answer, FilterOrder.OPTIONS_ANSWER);
    }

    private void name(RoutingContext context) {
        if (context.request().method() == HttpMethod.OPTIONS) {
            Optional<String> methods = servers.stream().flatMap(server -> server.of(context).stream()).findFirst();
            if (methods.isEmpty() && !isOfResources(context)) {
                errors.send(context, HttpErrors.nothingHere());
                return;
            }
            methods.ifPresent(all -> context.response().putHeader(HttpHeaders.ALLOW, all));
        }
        context.next();
    }

    private void answer(RoutingContext context) {
        if (context.request().method() == HttpMethod.OPTIONS && context.response().headers().contains(HttpHeaders.ALLOW)) {
            context.response().end();
        } else {
            context.next();
        }
    }

    /** Quarkus REST knows the paths of its resources, and answers for them. */
    private static boolean isOfResources(RoutingContext context) {
        Endpoint endpoint = Endpoint.of(context);
        return endpoint == Endpoint.MANAGEMENT || endpoint == Endpoint.SKILLS;
    }
}
