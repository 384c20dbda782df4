package dev.leantokens.http;

import io.vertx.ext.web.RoutingContext;

/** Checks requests to both ports before an adapter reads them. Thread-safe. */
@FunctionalInterface
public interface RequestFilter {

    /**
     * @param endpoint the endpoint of the request
     * @return whether the request continues at once. Otherwise the filter responds to it, or has itself
     *         {@linkplain RequestFilters#repeatAfter repeated}. Only the last filter may continue it later by itself:
     *         the others of its route would be skipped
     */
    boolean passes(RoutingContext context, Endpoint endpoint);
}
