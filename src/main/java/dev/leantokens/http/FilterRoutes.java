package dev.leantokens.http;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;

import io.quarkus.vertx.http.runtime.filters.Filters;

/** Adds the {@link RequestFilters} to the router. */
@ApplicationScoped
class FilterRoutes {

    void register(@Observes Filters routes, Event<RequestFilters> event) {
        RequestFilters filters = new RequestFilters();
        event.fire(filters);
        filters.addTo(routes);
    }
}
