package dev.leantokens.access;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenException;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestFilters;
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

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.CALLERS);
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        // Probes need no credentials. Preflights, which have none, have been answered before.
        if (endpoint == Endpoint.MANAGEMENT) {
            return true;
        }
        try {
            Caller.authenticate(context.request(), rules).storeIn(context);
            return true;
        } catch (TokenException e) {
            errors.send(context, e);
            return false;
        }
    }
}
