package dev.leantokens.access;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenException;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;

/**
 * Finds out who is calling, on both ports and before a byte of the body is read, and refuses who claims in the
 * {@code Authorization} header to be who it is not.
 */
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
        // Probes need no credentials. A browser's preflight, which has none, has been answered by now.
        if (Endpoint.of(context) != Endpoint.MANAGEMENT) {
            try {
                Caller.of(context.request(), rules).keepIn(context);
            } catch (TokenException e) {
                errors.send(context, e);
                return;
            }
        }
        context.next();
    }
}
