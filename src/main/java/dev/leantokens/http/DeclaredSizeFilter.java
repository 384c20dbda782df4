package dev.leantokens.http;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;

/**
 * Refuses a request that says itself that its body is too long, on both ports. Quarkus' own limit
 * ({@code quarkus.http.limits.max-body-size}) stays as a backstop: it answers without a body.
 */
@ApplicationScoped
class DeclaredSizeFilter {

    private final HttpErrors errors;

    DeclaredSizeFilter(HttpErrors errors) {
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.BODY);
    }

    private void filter(RoutingContext context) {
        if (BodyLimit.declaresTooMuch(context.request())) {
            errors.send(context, BodyLimit.tooLarge());
        } else {
            context.next();
        }
    }
}
