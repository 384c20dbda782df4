package dev.leantokens.rest;

import java.io.ByteArrayInputStream;

import jakarta.ws.rs.container.ContainerRequestContext;

import org.jboss.resteasy.reactive.server.ServerRequestFilter;

import dev.leantokens.http.BodyReader;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;

/**
 * Reads the body in Quarkus REST's place, which has no limit where the size is not declared. It is done this late and not in a
 * filter before Quarkus REST: over HTTP/2 that one fails on a request whose body has been read.
 */
class BodyInput {

    private final BodyReader reader;

    BodyInput(BodyReader reader) {
        this.reader = reader;
    }

    @ServerRequestFilter
    Uni<Void> readBody(ContainerRequestContext context, HttpServerRequest request) {
        return reader.read(request)
                .invoke(body -> context.setEntityStream(new ByteArrayInputStream(body)))
                .replaceWithVoid();
    }
}
