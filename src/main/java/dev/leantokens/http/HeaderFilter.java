package dev.leantokens.http;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
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

    private final HttpErrors errors;

    HeaderFilter(HttpErrors errors) {
        this.errors = errors;
    }

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.HEADERS);
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        HttpServerRequest request = context.request();
        if (BodyReader.declaresTooMuch(request)) {
            errors.send(context, BodyReader.tooLarge());
            return false;
        }
        return isShort(HttpHeaders.CONTENT_TYPE, context) && isShort(HttpHeaders.ACCEPT, context);
    }

    private boolean isShort(CharSequence header, RoutingContext context) {
        for (String value : context.request().headers().getAll(header)) {
            if (value.length() > MAX_MEDIA_TYPE) {
                errors.send(context, TokenError.INVALID_REQUEST
                        .because("the header " + header + " is longer than " + MAX_MEDIA_TYPE + " characters"));
                return false;
            }
        }
        return true;
    }
}
