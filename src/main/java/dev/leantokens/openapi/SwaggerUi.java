package dev.leantokens.openapi;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;

import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

import io.smallrye.mutiny.Uni;

/** A page that shows the API description and tries it out, if it is switched on. */
@Path("/q/swagger-ui")
public class SwaggerUi {

    private static final String FOLDER = "/swagger-ui/";
    private static final String PAGE = "index.html";

    private static final Map<String, String> FILES = Map.of(PAGE, "text/html;charset=UTF-8",
            "start.js", "text/javascript;charset=UTF-8",
            "swagger-ui-bundle.js", "text/javascript;charset=UTF-8",
            "swagger-ui.css", "text/css;charset=UTF-8");

    /**
     * It runs what is in these files and talks to this service, and nothing else; the styles and images are made by its code.
     */
    private static final String POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
            + "frame-ancestors 'none'";

    private final OpenapiConfig config;
    private final Map<String, Uni<byte[]>> contents = FILES.keySet().stream()
            .collect(Collectors.toUnmodifiableMap(Function.identity(), file -> PackagedFile.content(FOLDER + file)));

    SwaggerUi(OpenapiConfig config) {
        this.config = config;
    }

    @GET
    public Uni<RestResponse<byte[]>> page() {
        return file(PAGE);
    }

    /** @throws NotFoundException if there is no such file, or the page is not switched on */
    @GET
    @Path("/{file}")
    public Uni<RestResponse<byte[]>> file(@RestPath String file) {
        String type = config.swaggerUi() ? FILES.get(file) : null;
        if (type == null) {
            throw new NotFoundException();
        }
        return contents.get(file).map(content -> RestResponse.ResponseBuilder.ok(content, MediaType.valueOf(type))
                .header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .build());
    }
}
