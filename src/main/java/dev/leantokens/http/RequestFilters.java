package dev.leantokens.http;

import java.util.Comparator;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;

/**
 * Collects the filters that run for every request. Those on the same side of Quarkus' CORS filter share one route: reaching a
 * route takes longer than most of these filters.
 */
public final class RequestFilters {

    private final NavigableMap<Integer, RequestFilter> byPriority = new TreeMap<>(Comparator.reverseOrder());

    /** @param priority from {@link FilterOrder}, its own for each filter; the highest one runs first */
    public void register(RequestFilter filter, int priority) {
        if (byPriority.putIfAbsent(priority, filter) != null) {
            throw new IllegalArgumentException("two filters have the priority " + priority);
        }
    }

    void addTo(Filters routes) {
        addRoute(byPriority.headMap(FilterOrder.CORS), routes);
        addRoute(byPriority.tailMap(FilterOrder.CORS), routes);
    }

    private static void addRoute(SortedMap<Integer, RequestFilter> group, Filters routes) {
        RequestFilter[] filters = group.values().toArray(RequestFilter[]::new);
        routes.register(context -> run(filters, context), group.firstKey());
    }

    private static void run(RequestFilter[] filters, RoutingContext context) {
        Endpoint endpoint = Endpoint.of(context);
        for (RequestFilter filter : filters) {
            if (!filter.passes(context, endpoint)) {
                return;
            }
        }
        context.next();
    }
}
