package dev.leantokens.http;

import java.util.List;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Refuses media types that are longer than any that makes sense, on both ports. Quarkus REST keeps the last 200 that it has
 * read, by their whole text: 8 MiB that a caller controls.
 */
@ApplicationScoped
class MediaTypeFilter {

    private static final int LONGEST = 1024;

    private static final List<CharSequence> HEADERS = List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.ACCEPT);

    private final HttpErrors errors;

    MediaTypeFilter(HttpErrors errors) {
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.MEDIA_TYPES);
    }

    private void filter(RoutingContext context) {
        for (CharSequence header : HEADERS) {
            for (String value : context.request().headers().getAll(header)) {
                if (value.length() > LONGEST) {
                    errors.send(context, TokenError.INVALID_REQUEST
                            .because("the header " + header + " is longer than " + LONGEST + " characters"));
                    return;
                }
            }
        }
        context.next();
    }
}
