package dev.leantokens.status;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Variant;

import org.jboss.resteasy.reactive.server.core.EncodedMediaType;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

import dev.leantokens.access.AccessRules;
import dev.leantokens.access.Caller;
import dev.leantokens.access.HostFilter;
import dev.leantokens.http.ContentNegotiation;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.SharedRendering;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.mcp.port.McpListener;
import dev.leantokens.openapi.OpenapiConfig;
import dev.leantokens.token.TokenStandIn;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Says where to go from the root of the main port: to browsers as a page, to all others as JSON. On the page, callers that may
 * see it get the status of the service too. All others learn nothing that the API description and the Agent Skill do not say,
 * in particular no version.
 */
@Path(Endpoint.START_PATH)
@NonBlocking
class StartPage {

    private static final EncodedMediaType HTML = new EncodedMediaType(MediaType.TEXT_HTML_TYPE);
    private static final EncodedMediaType JSON = new EncodedMediaType(MediaType.APPLICATION_JSON_TYPE);
    private static final Variant AS_JSON = new Variant(MediaType.APPLICATION_JSON_TYPE, (String) null, null);
    private static final Variant AS_HTML = new Variant(MediaType.TEXT_HTML_TYPE, (String) null, null);

    private final boolean swaggerUi;
    private final TokenStandIn standIn;
    private final McpConfig mcp;
    private final McpListener listener;
    private final StatusConfig config;
    private final AccessRules access;
    private final StatusReader status;
    private final StatusHtml html;
    private final Vertx vertx;
    /** The pages differ by the name of the host only, and the service has a few. */
    private final Map<Places, SharedRendering> pages = new ConcurrentHashMap<>();

    StartPage(OpenapiConfig openapi, TokenStandIn standIn, McpConfig mcp, McpListener listener, StatusConfig config,
            AccessRules access, StatusReader status, StatusHtml html, Vertx vertx) {
        this.swaggerUi = openapi.swaggerUi();
        this.standIn = standIn;
        this.mcp = mcp;
        this.listener = listener;
        this.config = config;
        this.access = access;
        this.status = status;
        this.html = html;
        this.vertx = vertx;
    }

    @GET
    public Uni<byte[]> page(@Context ServerRequestContext context, @Context Request request, @Context HttpServerRequest http,
            @Context RoutingContext routing) {
        Places places = new Places(mcpUrl(http), swaggerUi, standIn.isUsed());
        boolean asHtml = AS_HTML.equals(ContentNegotiation.preferred(request, AS_JSON, AS_HTML));
        ContentNegotiation.respondWith(context, asHtml ? HTML : JSON);
        MultiMap headers = http.response().headers();
        headers.set(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .set(HttpHeaders.CACHE_CONTROL, "no-cache")
                .set("X-Content-Type-Options", "nosniff");
        if (!asHtml) {
            return Uni.createFrom().item(bytes(places.json()));
        }
        headers.set("Content-Security-Policy", html.policy());
        if (!config.page() || !access.maySeeStatus(Caller.of(routing))) {
            return Uni.createFrom().item(bytes(html.pageWithoutStatus(places, config.page())));
        }
        headers.set(HttpHeaders.CACHE_CONTROL, "no-store").set("Cross-Origin-Resource-Policy", "same-origin");
        return Uni.createFrom().completionStage(() -> pageWithStatus(places).next().map(Buffer::getBytes).toCompletionStage());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private SharedRendering pageWithStatus(Places places) {
        return pages.computeIfAbsent(places, key -> new SharedRendering(vertx, () -> html.page(key, status.read())));
    }

    /** Only the MCP port needs more than a path: its number, and so a scheme and the name by which the client came here. */
    private String mcpUrl(HttpServerRequest request) {
        return listener.sharesMainPort() ? Endpoint.MCP_PATH
                : (request.isSSL() ? "https://" : "http://") + HostFilter.nameOf(request) + ":" + mcp.port()
                        + Endpoint.MCP_PATH;
    }
}
