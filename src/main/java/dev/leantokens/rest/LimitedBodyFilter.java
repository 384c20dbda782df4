package dev.leantokens.rest;

import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

import dev.leantokens.http.BodyReader;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;

/**
 * Reads the body instead of Quarkus REST, which sets no limit on a body of undeclared size. A router's filter would be too
 * early: over HTTP/2, Quarkus REST fails on a request whose body has been read.
 * <p>
 * The body becomes the request's entity. No resource declares a parameter for it: Quarkus REST would look up a reader for its
 * media type, which costs 4 % of a cached request and 0.7 KB.
 */
class LimitedBodyFilter {

    private final BodyReader reader;

    LimitedBodyFilter(BodyReader reader) {
        this.reader = reader;
    }

    @ServerRequestFilter
    void readBody(ResteasyReactiveContainerRequestContext context, HttpServerRequest request) {
        ResteasyReactiveRequestContext server = (ResteasyReactiveRequestContext) context.getServerRequestContext();
        Future<byte[]> body = reader.read(request);
        if (body.succeeded()) {
            server.setRequestEntity(body.result());
            return;
        }
        context.suspend();
        body.onComplete(bytes -> {
            server.setRequestEntity(bytes);
            // This is the request's event loop already: without an executor, the rest would be queued there.
            server.resume(Runnable::run);
        }, context::resume);
    }

    /** @return the body of the request, after this filter */
    static byte[] bodyOf(ResteasyReactiveRequestContext request) {
        return (byte[]) request.getRequestEntity();
    }
}
