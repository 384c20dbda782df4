package dev.leantokens.access;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenException;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestFilters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Authenticates callers by the {@code Authorization} header, on both ports and before the body is read. A request whose token
 * is signed with an unknown key waits until the issuer has been asked, and is then looked at once more.
 */
@ApplicationScoped
class CallerFilter {

    private static final String HAS_WAITED = CallerFilter.class.getName();

    private final CallerAuthentication authentication;
    private final ProtectedResource resource;
    private final HttpErrors errors;

    CallerFilter(CallerAuthentication authentication, ProtectedResource resource, HttpErrors errors) {
        this.authentication = authentication;
        this.resource = resource;
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
            HttpServerRequest request = context.request();
            TokenDemands token = TokenDemands.of(resource.audienceAt(endpoint), request.connection());
            Caller.authenticate(request, authentication, token).storeIn(context);
            return true;
        } catch (KeysAwaited awaited) {
            waitFor(awaited, context);
            return false;
        } catch (TokenException e) {
            errors.send(context, e);
            return false;
        }
    }

    private void waitFor(KeysAwaited awaited, RoutingContext context) {
        if (context.get(HAS_WAITED) != null) {
            // The issuers have been reloaded meanwhile.
            errors.send(context, CallerAuthentication.keysUnavailable());
            return;
        }
        context.put(HAS_WAITED, true);
        RequestFilters.repeatAfter(awaited.keys(), context);
    }
}
