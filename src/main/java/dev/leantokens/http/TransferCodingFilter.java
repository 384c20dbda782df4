package dev.leantokens.http;

import java.util.List;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * Refuses a request with a transfer coding other than {@code chunked}, on both ports and before all other filters: the
 * end of its body is unknown (RFC 9112 §6.1). Vert.x would take what follows the headers for the next request, or for a
 * body that ends where {@code Content-Length} says.
 */
@ApplicationScoped
class TransferCodingFilter {

    private static final String CHUNKED = "chunked";

    private final HttpErrors errors;

    TransferCodingFilter(HttpErrors errors) {
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.TRANSFER_CODING);
    }

    private void filter(RoutingContext context) {
        if (isUnderstood(context.request())) {
            context.next();
        } else {
            errors.sendLast(context,
                    TokenError.INVALID_REQUEST.because("the only transfer coding that is supported is chunked"));
        }
    }

    private static boolean isUnderstood(HttpServerRequest request) {
        List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        // HTTP/2 has frames instead, and does not let this header pass.
        return codings.isEmpty() || request.version() == HttpVersion.HTTP_2
                || request.version() != HttpVersion.HTTP_1_0 && codings.size() == 1
                        && codings.get(0).strip().equalsIgnoreCase(CHUNKED);
    }
}
