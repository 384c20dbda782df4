package dev.leantokens.openapi;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

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
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;

/**
 * Serves the description of the REST side where MicroProfile OpenAPI has it, in YAML, or in JSON for who asks for that. It is a
 * file that is served as it is: Quarkus' extension reads it and writes it anew at each start. The ADR "the API description is a
 * file" has the figures.
 */
@Path("/q/openapi")
public class ApiDescription {

    private static final String RESOURCE = "/META-INF/openapi.yaml";
    /** RFC 9512. */
    private static final MediaType YAML = new MediaType("application", "yaml", StandardCharsets.UTF_8.name());
    private static final Variant AS_YAML = new Variant(new MediaType("application", "yaml"), (String) null, null);
    private static final Variant JSON = new Variant(MediaType.APPLICATION_JSON_TYPE, (String) null, null);

    private final Uni<String> yaml = PackagedFile.content(RESOURCE).map(bytes -> new String(bytes, StandardCharsets.UTF_8))
            .memoize().indefinitely();
    private final Uni<String> json = yaml.map(ApiDescription::json).memoize().indefinitely();

    /** @param format {@code JSON}, for who cannot send a header */
    @GET
    @Produces(MediaType.WILDCARD)
    public Uni<RestResponse<String>> description(@Context Request request, @QueryParam("format") String format) {
        boolean asJson = "JSON".equalsIgnoreCase(format) || JSON.equals(request.selectVariant(List.of(AS_YAML, JSON)));
        return (asJson ? json : yaml).map(text -> RestResponse.ResponseBuilder
                .ok(text, asJson ? MediaType.APPLICATION_JSON_TYPE : YAML)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build());
    }

    private static String json(String yaml) {
        Map<String, Object> description = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
        return new JsonObject(description).encode();
    }
}
