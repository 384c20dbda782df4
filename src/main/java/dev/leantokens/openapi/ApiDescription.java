package dev.leantokens.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Variant;

import org.jboss.resteasy.reactive.RestResponse;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;

/**
 * Serves the API description of the REST side at the path of MicroProfile OpenAPI, in YAML by default and in JSON on request.
 * The files are served unchanged, while Quarkus' extension parses and renders the description at each start: ADR 11 has the
 * figures.
 */
@Path("/q/openapi")
class ApiDescription {

    /** RFC 9512. */
    private static final MediaType YAML = new MediaType("application", "yaml", StandardCharsets.UTF_8.name());
    private static final Variant AS_YAML = new Variant(new MediaType("application", "yaml"), (String) null, null);
    private static final Variant AS_JSON = new Variant(MediaType.APPLICATION_JSON_TYPE, (String) null, null);

    private final Uni<String> yaml = text("/META-INF/openapi.yaml");
    private final Uni<String> json = text("/META-INF/openapi.json");

    /** @param format {@code JSON}, for clients that cannot set a header */
    @GET
    @Produces(MediaType.WILDCARD)
    public Uni<RestResponse<String>> description(@Context Request request, @QueryParam("format") String format) {
        boolean asJson = "JSON".equalsIgnoreCase(format) || AS_JSON.equals(request.selectVariant(List.of(AS_YAML, AS_JSON)));
        return (asJson ? json : yaml).map(text -> RestResponse.ResponseBuilder
                .ok(text, asJson ? MediaType.APPLICATION_JSON_TYPE : YAML)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build());
    }

    private static Uni<String> text(String path) {
        return packagedFile(path).map(bytes -> new String(bytes, StandardCharsets.UTF_8)).memoize().indefinitely();
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
