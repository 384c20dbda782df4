package dev.leantokens.health;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.ManagementFilter;
import dev.leantokens.http.RequestFilters;
import dev.leantokens.http.SharedRendering;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves the metrics in place of Quarkus, which renders them for every request, even a cancelled one: for 2 ms each, on up to
 * 200 worker threads at once, behind an unbounded queue.
 */
@ApplicationScoped
// Micrometer has another registry for newer Prometheus clients; Quarkus provides this one.
@SuppressWarnings("deprecation")
class MetricsRoute {

    private final Map<String, SharedRendering> renderings;

    MetricsRoute(PrometheusMeterRegistry registry, Vertx vertx) {
        this.renderings = Stream.of(TextFormat.CONTENT_TYPE_004, TextFormat.CONTENT_TYPE_OPENMETRICS_100)
                .collect(Collectors.toUnmodifiableMap(Function.identity(),
                        type -> new SharedRendering(vertx, () -> registry.scrape(type))));
    }

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.METRICS);
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        if (endpoint != Endpoint.MANAGEMENT || !context.normalizedPath().equals(ManagementFilter.METRICS)) {
            return true;
        }
        answer(context);
        return false;
    }

    private void answer(RoutingContext context) {
        String type = type(context.request().getHeader(HttpHeaders.ACCEPT));
        Context requestContext = context.vertx().getOrCreateContext();
        renderings.get(type).next().onComplete(rendering -> requestContext.runOnContext(resumed -> {
            if (context.response().closed()) {
                return;
            }
            if (rendering.succeeded()) {
                context.response().putHeader(HttpHeaders.CONTENT_TYPE, type).end(rendering.result());
            } else {
                context.fail(rendering.cause());
            }
        }));
    }

    /** Chooses as Quarkus does. */
    private static String type(String accept) {
        return accept != null && (accept.contains("text/plain") || accept.contains("text/html")) ? TextFormat.CONTENT_TYPE_004
                : TextFormat.CONTENT_TYPE_OPENMETRICS_100;
    }
}
