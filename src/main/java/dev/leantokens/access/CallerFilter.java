package dev.leantokens.access;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenException;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;

/** Authenticates callers by the {@code Authorization} header, on both ports and before the body is read. */
@ApplicationScoped
class CallerFilter {

    private final AccessRules rules;
    private final HttpErrors errors;

    CallerFilter(AccessRules rules, HttpErrors errors) {
        this.rules = rules;
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.CALLERS);
    }

    private void filter(RoutingContext context) {
        // Probes need no credentials. Preflights, which have none, have been answered before.
        if (Endpoint.of(context) != Endpoint.MANAGEMENT) {
            try {
                Caller.authenticate(context.request(), rules).storeIn(context);
            } catch (TokenException e) {
                errors.send(context, e);
                return;
            }
        }
        context.next();
    }
}
