package dev.leantokens.rest;

import java.io.IOException;

import jakarta.ws.rs.core.MediaType;

import org.jboss.resteasy.reactive.server.core.EncodedMediaType;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.core.ServerSerialisers;
import org.jboss.resteasy.reactive.server.core.serialization.EntityWriter;

/**
 * Writes an answer that is JSON as text already, whatever the caller accepts, as token endpoints do. By itself Quarkus
 * REST looks for a writer with each answer, which makes 1.2 KB of garbage; with {@code @Produces} it refuses callers by
 * what they accept, and warns with each build that there is no JSON extension. Thread-safe.
 */
final class PreRenderedJsonWriter implements EntityWriter {

    private static final PreRenderedJsonWriter WRITER = new PreRenderedJsonWriter();
    private static final EncodedMediaType JSON = new EncodedMediaType(MediaType.APPLICATION_JSON_TYPE);

    private PreRenderedJsonWriter() {
    }

    /**
     * The answer to this request will be JSON. Its method returns a {@link CharSequence}: of a {@link String}, Quarkus REST
     * knows beforehand that it is plain text.
     */
    static void answers(ResteasyReactiveRequestContext request) {
        request.setResponseContentType(JSON);
        request.setEntityWriter(WRITER);
    }

    @Override
    public void write(ResteasyReactiveRequestContext request, Object entity) throws IOException {
        ServerSerialisers.encodeResponseHeaders(request);
        request.serverResponse().end(entity.toString());
    }
}
