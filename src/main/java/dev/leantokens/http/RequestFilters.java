package dev.leantokens.http;

import java.util.Comparator;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;

/**
 * Collects the filters that run for every request. Those on the same side of Quarkus' CORS filter share one route: reaching a
 * route takes longer than most of these filters.
 */
public final class RequestFilters {

    private static final String EVENT = RequestFilters.class.getName();

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

    /**
     * Repeats the filter that calls this, and then goes on with the next ones. The filter must return false. The body is not
     * lost meanwhile: Quarkus has paused the request, until a reader resumes it.
     *
     * @param event completes on any thread, in time for the caller
     */
    public static void repeatAfter(Uni<Void> event, RoutingContext context) {
        context.put(EVENT, event);
    }

    private static void addRoute(SortedMap<Integer, RequestFilter> group, Filters routes) {
        RequestFilter[] filters = group.values().toArray(RequestFilter[]::new);
        routes.register(context -> run(filters, 0, Endpoint.of(context), context), group.firstKey());
    }

    private static void run(RequestFilter[] filters, int first, Endpoint endpoint, RoutingContext context) {
        for (int i = first; i < filters.length; i++) {
            if (!filters[i].passes(context, endpoint)) {
                Uni<Void> event = context.remove(EVENT);
                if (event != null) {
                    repeat(filters, i, endpoint, context, event);
                }
                return;
            }
        }
        context.next();
    }

    private static void repeat(RequestFilter[] filters, int position, Endpoint endpoint, RoutingContext context,
            Uni<Void> event) {
        // With the request's own data, which a duplicated context has.
        Context ofRequest = Vertx.currentContext();
        event.subscribe().with(done -> ofRequest.runOnContext(now -> {
            if (context.response().closed()) {
                // The caller hung up.
                return;
            }
            try {
                run(filters, position, endpoint, context);
            } catch (RuntimeException e) {
                // As the router does for a filter that it calls itself.
                context.fail(e);
            }
        }), failure -> ofRequest.runOnContext(now -> context.fail(failure)));
    }
}
