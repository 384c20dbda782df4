package dev.leantokens.http;

import java.util.Optional;
import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves health and metrics by their own paths and for reading only. SmallRye Health says of every group that there is not that
 * it is up, so that a monitor with a slip in its URL would never see anything wrong.
 */
@ApplicationScoped
public class ManagementFilter implements AllowedMethods {

    private static final String HEALTH = "/q/health";
    public static final String METRICS = "/q/metrics";
    private static final Set<String> PATHS = Set.of(HEALTH, HEALTH + "/live", HEALTH + "/ready", HEALTH + "/started",
            HEALTH + "/group/lean", METRICS);
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final HttpErrors errors;

    ManagementFilter(HttpErrors errors) {
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MANAGEMENT);
    }

    private void filter(RoutingContext context) {
        String path = context.normalizedPath();
        if (!Endpoint.isAtOrBelow(HEALTH, path) && !Endpoint.isAtOrBelow(METRICS, path)) {
            context.next();
        } else if (!PATHS.contains(path)) {
            errors.send(context, HttpErrors.nothingHere());
        } else if (!METHODS.contains(context.request().method())) {
            context.response().putHeader(HttpHeaders.ALLOW, HttpErrors.READING);
            errors.send(context, HttpErrors.readOnly());
        } else {
            context.next();
        }
    }

    @Override
    public Optional<String> of(RoutingContext context) {
        return PATHS.contains(context.normalizedPath()) ? Optional.of(HttpErrors.READING) : Optional.empty();
    }
}
