package dev.leantokens.http;

import java.util.List;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Refuses requests whose headers announce too much: a body above the limit, or a media type of more than
 * {@value #MAX_MEDIA_TYPE} characters. Quarkus REST caches the last 200 media types by their text, which would be 8 MiB that
 * callers control.
 */
@ApplicationScoped
class HeaderFilter {

    private static final int MAX_MEDIA_TYPE = 1024;

    private static final List<CharSequence> MEDIA_TYPES = List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.ACCEPT);

    private final HttpErrors errors;

    HeaderFilter(HttpErrors errors) {
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.HEADERS);
    }

    private void filter(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (BodyReader.declaresTooMuch(request)) {
            errors.send(context, BodyReader.tooLarge());
            return;
        }
        for (CharSequence header : MEDIA_TYPES) {
            for (String value : request.headers().getAll(header)) {
                if (value.length() > MAX_MEDIA_TYPE) {
                    errors.send(context, TokenError.INVALID_REQUEST
                            .because("the header " + header + " is longer than " + MAX_MEDIA_TYPE + " characters"));
                    return;
                }
            }
        }
        context.next();
    }
}
