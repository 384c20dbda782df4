package dev.leantokens.rest;

import java.io.ByteArrayInputStream;

import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

import dev.leantokens.http.BodyReader;
import io.vertx.core.http.HttpServerRequest;

/**
 * Reads the body instead of Quarkus REST, which sets no limit on a body of undeclared size. A router's filter would be too
 * early: over HTTP/2, Quarkus REST fails on a request whose body has been read.
 */
class LimitedBodyFilter {

    private final BodyReader reader;

    LimitedBodyFilter(BodyReader reader) {
        this.reader = reader;
    }

    @ServerRequestFilter
    void readBody(ResteasyReactiveContainerRequestContext context, HttpServerRequest request) {
        context.suspend();
        reader.read(request)
                .onSuccess(body -> {
                    context.setEntityStream(new ByteArrayInputStream(body));
                    context.resume();
                })
                .onFailure(context::resume);
    }
}
