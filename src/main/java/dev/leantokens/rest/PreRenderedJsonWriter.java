package dev.leantokens.rest;

import java.io.IOException;

import jakarta.ws.rs.core.MediaType;

import org.jboss.resteasy.reactive.server.core.EncodedMediaType;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.core.ServerSerialisers;
import org.jboss.resteasy.reactive.server.core.serialization.EntityWriter;

/**
 * Writes a response that is already JSON, whatever the caller accepts, as token endpoints do. Otherwise Quarkus REST looks up
 * a writer for each response, which costs 1.2 KB of garbage; with {@code @Produces} it refuses callers by their {@code Accept}
 * header, and each build warns that the JSON extension is missing. Thread-safe.
 */
final class PreRenderedJsonWriter implements EntityWriter {

    private static final PreRenderedJsonWriter WRITER = new PreRenderedJsonWriter();
    private static final EncodedMediaType JSON = new EncodedMediaType(MediaType.APPLICATION_JSON_TYPE);

    private PreRenderedJsonWriter() {
    }

    /**
     * Selects this writer for the response: a token's bytes or an error's text. Quarkus REST fixes the type of a
     * {@link String} as plain text at build time, so the resource method must not return one.
     */
    static void use(ResteasyReactiveRequestContext request) {
        request.setResponseContentType(JSON);
        request.setEntityWriter(WRITER);
    }

    @Override
    public void write(ResteasyReactiveRequestContext request, Object entity) throws IOException {
        ServerSerialisers.encodeResponseHeaders(request);
        if (entity instanceof byte[] token) {
            request.serverResponse().end(token);
        } else {
            request.serverResponse().end(entity.toString());
        }
    }
}
