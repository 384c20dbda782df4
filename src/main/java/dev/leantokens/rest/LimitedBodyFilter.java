package dev.leantokens.rest;

import java.io.ByteArrayInputStream;

import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

import dev.leantokens.http.BodyReader;
import io.vertx.core.http.HttpServerRequest;

/**
 * Reads the body in Quarkus REST's place, which has no limit where the size is not declared. It is done this late and not in a
 * filter before Quarkus REST: over HTTP/2 that one fails on a request whose body has been read.
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
