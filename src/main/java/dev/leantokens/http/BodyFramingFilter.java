package dev.leantokens.http;

import java.time.Duration;
import java.util.List;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import dev.leantokens.limits.LimitsConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * Keeps connections in step with the bodies of their requests. A transfer coding other than {@code chunked} is refused, since
 * the end of the body is unknown (RFC 9112 §6.1): Vert.x would read what follows the headers as the next request, or as a body
 * of {@code Content-Length} bytes. A body that is still unread when its request is answered is drained as an
 * {@link UnreadBody}.
 */
@ApplicationScoped
class BodyFramingFilter {

    private static final String CHUNKED = "chunked";

    private final HttpErrors errors;
    private final Duration requestTime;

    BodyFramingFilter(HttpErrors errors, LimitsConfig limits) {
        this.errors = errors;
        this.requestTime = limits.requestTime();
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.BODY_FRAMING);
    }

    private void filter(RoutingContext context) {
        HttpServerRequest request = context.request();
        List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        // HTTP/2 has frames instead, and does not let this header pass.
        boolean http2 = request.version() == HttpVersion.HTTP_2;
        if (!http2 && !codings.isEmpty() && !isChunked(codings, request.version())) {
            errors.sendLast(context, TokenError.INVALID_REQUEST.because("the only supported transfer coding is chunked"));
            return;
        }
        if (http2 || !codings.isEmpty() || request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            context.addHeadersEndHandler(started -> UnreadBody.drain(request, context.vertx(), requestTime));
        }
        context.next();
    }

    private static boolean isChunked(List<String> codings, HttpVersion version) {
        return version != HttpVersion.HTTP_1_0 && codings.size() == 1 && codings.get(0).strip().equalsIgnoreCase(CHUNKED);
    }
}
