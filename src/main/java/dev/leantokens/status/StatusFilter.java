package dev.leantokens.status;

import java.time.Duration;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.access.AccessRules;
import dev.leantokens.access.Caller;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestFilters;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves what belongs to the status page: its changes as server-sent events, and a path that makes browsers ask for the
 * credentials of a local client, which the page itself does not. Both are for callers that may see the status. Thread-safe.
 */
@ApplicationScoped
class StatusFilter {

    private static final String EVENT_STREAM = "text/event-stream";
    private static final Duration RETRY = Duration.ofSeconds(30);

    private final StatusConfig config;
    private final AccessRules access;
    private final StatusStreams streams;
    private final HttpErrors errors;

    StatusFilter(StatusConfig config, AccessRules access, StatusStreams streams, HttpErrors errors) {
        this.config = config;
        this.access = access;
        this.streams = streams;
        this.errors = errors;
    }

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.STATUS);
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        if (endpoint != Endpoint.STATUS && endpoint != Endpoint.STATUS_EVENTS) {
            return true;
        }
        try {
            requireReader(context);
            if (endpoint == Endpoint.STATUS) {
                redirect(context);
            } else {
                stream(context);
            }
        } catch (TokenException e) {
            errors.send(context, e);
        }
        return false;
    }

    private void requireReader(RoutingContext context) {
        if (!config.page()) {
            throw HttpErrors.pathNotFound();
        }
        HttpMethod method = context.request().method();
        if (method != HttpMethod.GET && method != HttpMethod.HEAD) {
            throw HttpErrors.methodNotAllowed(context);
        }
        access.requireStatusReader(Caller.of(context));
    }

    /** Browsers send credentials that this path has asked for to all paths beside and below it (RFC 7617 §2.2). */
    private static void redirect(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.headers().set(HttpHeaders.LOCATION, Endpoint.START_PATH).set(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setStatusCode(HttpResponseStatus.SEE_OTHER.code()).end();
    }

    private void stream(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.headers().set(HttpHeaders.CONTENT_TYPE, EVENT_STREAM).set(HttpHeaders.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff").set("Cross-Origin-Resource-Policy", "same-origin");
        if (context.request().method() == HttpMethod.HEAD) {
            response.end();
        } else if (!streams.open(context, Caller.of(context).account())) {
            // Not an error: neither logged nor counted, since a script tries again and again.
            errors.answer(context, TokenError.TOO_MANY_CALLS
                    .because("too many streams of the status are open, or this service is shutting down").retryAfter(RETRY));
        }
    }
}
