package dev.leantokens.http;

import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves health and metrics at their exact paths, and only for reading. SmallRye Health reports every unknown group as up, so a
 * monitor with a typo in its URL would never see a problem.
 */
@ApplicationScoped
public class ManagementFilter {

    public static final String METRICS = "/q/metrics";
    private static final String HEALTH = "/q/health";
    private static final Set<String> PATHS = Set.of(HEALTH, HEALTH + "/live", HEALTH + "/ready", HEALTH + "/started",
            HEALTH + "/group/issuers", HEALTH + "/group/lean", HEALTH + "/group/store", METRICS);
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final HttpErrors errors;

    ManagementFilter(HttpErrors errors) {
        this.errors = errors;
    }

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.MANAGEMENT);
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        if (endpoint != Endpoint.MANAGEMENT || !isHealthOrMetrics(context.normalizedPath())) {
            return true;
        }
        if (!isServed(context)) {
            errors.send(context, HttpErrors.pathNotFound());
            return false;
        }
        if (!METHODS.contains(context.request().method())) {
            errors.send(context, HttpErrors.methodNotAllowed(context));
            return false;
        }
        return true;
    }

    private static boolean isHealthOrMetrics(String path) {
        return Endpoint.isAtOrBelow(HEALTH, path) || Endpoint.isAtOrBelow(METRICS, path);
    }

    static boolean isServed(RoutingContext context) {
        return PATHS.contains(context.normalizedPath());
    }
}
