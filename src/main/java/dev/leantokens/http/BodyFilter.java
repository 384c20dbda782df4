package dev.leantokens.http;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.impl.RoutingContextInternal;

/**
 * Reads the body of every POST, and no more of it than a token request can be long. Quarkus' own limit
 * ({@code quarkus.http.limits.max-body-size}) stays as a backstop: it answers without a body, and only where the
 * caller declared the size.
 */
@ApplicationScoped
class BodyFilter {

    /** A request with the longest scope, id and secret that make sense is below 2 KiB. */
    static final int LIMIT_BYTES = 16 * 1024;

    /** Files are nobody's business here. */
    private final BodyHandler reader = BodyHandler.create(false).setBodyLimit(LIMIT_BYTES);

    void register(@Observes Filters filters) {
        filters.register(this::read, FilterOrder.BODY);
        filters.register(BodyFilter::emptyForNone, FilterOrder.BODY - 1);
    }

    private void read(RoutingContext context) {
        if (context.request().method() == HttpMethod.POST) {
            // Fails the request with 413 beyond the limit, which HttpErrors answers.
            reader.handle(context);
        } else {
            context.next();
        }
    }

    /**
     * The handler leaves no body where none came, and none of a multipart one. Whoever reads the request next would take
     * that for a body that is still to come, and wait for it for ever.
     */
    private static void emptyForNone(RoutingContext context) {
        if (context.request().method() == HttpMethod.POST && context.body().buffer() == null) {
            ((RoutingContextInternal) context).setBody(Buffer.buffer());
        }
        context.next();
    }

    static TokenException tooLarge() {
        return TokenError.TOO_LARGE.because("the request body is larger than " + LIMIT_BYTES + " bytes");
    }
}
