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
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/** Serves the changes of the status page as server-sent events, to callers that may see the status. Thread-safe. */
@ApplicationScoped
class StatusEvents {

    private static final String EVENT_STREAM = "text/event-stream";
    private static final Duration RETRY = Duration.ofSeconds(30);

    private final StatusConfig config;
    private final AccessRules access;
    private final StatusStreams streams;
    private final HttpErrors errors;

    StatusEvents(StatusConfig config, AccessRules access, StatusStreams streams, HttpErrors errors) {
        this.config = config;
        this.access = access;
        this.streams = streams;
        this.errors = errors;
    }

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.STATUS_EVENTS);
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        if (endpoint != Endpoint.STATUS_EVENTS) {
            return true;
        }
        try {
            answer(context);
        } catch (TokenException e) {
            errors.send(context, e);
        }
        return false;
    }

    private void answer(RoutingContext context) {
        if (!config.page()) {
            throw HttpErrors.pathNotFound();
        }
        HttpMethod method = context.request().method();
        if (method != HttpMethod.GET && method != HttpMethod.HEAD) {
            throw HttpErrors.methodNotAllowed(context);
        }
        access.requireStatusReader(Caller.of(context));
        HttpServerResponse response = context.response();
        response.headers().set(HttpHeaders.CONTENT_TYPE, EVENT_STREAM).set(HttpHeaders.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff").set("Cross-Origin-Resource-Policy", "same-origin");
        if (method == HttpMethod.HEAD) {
            response.end();
        } else if (!streams.open(context)) {
            // Not an error: neither logged nor counted, since a script tries again and again.
            errors.answer(context, TokenError.TOO_MANY_CALLS
                    .because("too many streams of the status are open, or this service is shutting down").retryAfter(RETRY));
        }
    }

}
