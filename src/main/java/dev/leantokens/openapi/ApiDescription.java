package dev.leantokens.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Variant;

import org.jboss.resteasy.reactive.server.core.EncodedMediaType;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

import dev.leantokens.http.ContentNegotiation;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.http.HttpServerResponse;

/**
 * Serves the API description of the REST side at the path of MicroProfile OpenAPI, in YAML by default and in JSON on request.
 * The files are served unchanged, while Quarkus' extension parses and renders the description at each start: ADR 11 has the
 * figures.
 */
@Path("/q/openapi")
class ApiDescription {

    /** RFC 9512. */
    private static final MediaType YAML = new MediaType("application", "yaml");
    private static final Variant AS_YAML = new Variant(YAML, (String) null, null);
    private static final Variant AS_JSON = new Variant(MediaType.APPLICATION_JSON_TYPE, (String) null, null);

    private static final EncodedMediaType YAML_UTF_8 = new EncodedMediaType(YAML);
    private static final EncodedMediaType JSON_UTF_8 = new EncodedMediaType(MediaType.APPLICATION_JSON_TYPE);

    private final Uni<byte[]> yaml = packagedFile("/META-INF/openapi.yaml");
    private final Uni<byte[]> json = packagedFile("/META-INF/openapi.json");

    /** @param format {@code JSON}, for clients that cannot set a header */
    @GET
    public Uni<byte[]> description(@Context ServerRequestContext context, @Context Request request,
            @Context HttpServerResponse response, @QueryParam("format") String format) {
        boolean asJson = "JSON".equalsIgnoreCase(format)
                || AS_JSON.equals(ContentNegotiation.preferred(request, AS_YAML, AS_JSON));
        ContentNegotiation.respondWith(context, asJson ? JSON_UTF_8 : YAML_UTF_8);
        response.headers().set(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        return asJson ? json : yaml;
    }

    /**
     * @param path of a file of the application, from the root of the class path
     * @return its content. A worker thread reads it once, on the first request: if each request read it, requests would queue
     *         for workers without a limit, cancelled ones included
     */
    static Uni<byte[]> packagedFile(String path) {
        return Uni.createFrom().item(() -> read(path)).runSubscriptionOn(Infrastructure.getDefaultWorkerPool()).memoize()
                .indefinitely();
    }

    private static byte[] read(String path) {
        try (InputStream file = ApiDescription.class.getResourceAsStream(path)) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
