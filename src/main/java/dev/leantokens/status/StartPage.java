package dev.leantokens.status;

import java.nio.charset.StandardCharsets;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Variant;

import org.jboss.resteasy.reactive.server.core.EncodedMediaType;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

import dev.leantokens.access.HostFilter;
import dev.leantokens.http.ContentNegotiation;
import dev.leantokens.http.Endpoint;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.mcp.port.McpListener;
import dev.leantokens.openapi.OpenapiConfig;
import dev.leantokens.token.TokenStandIn;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;

/**
 * Says where to go from the root of the main port: to browsers as a page, to all others as JSON. Reveals nothing that the API
 * description and the Agent Skill do not, in particular no version.
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
    private final StatusHtml html;

    StartPage(StatusHtml html, OpenapiConfig openapi, TokenStandIn standIn, McpConfig mcp, McpListener listener) {
        this.html = html;
        this.swaggerUi = openapi.swaggerUi();
        this.standIn = standIn;
        this.mcp = mcp;
        this.listener = listener;
    }

    @GET
    public byte[] page(@Context ServerRequestContext context, @Context Request request, @Context HttpServerRequest http) {
        Places places = new Places(mcpUrl(http), swaggerUi, standIn.isUsed());
        boolean asHtml = AS_HTML.equals(ContentNegotiation.preferred(request, AS_JSON, AS_HTML));
        ContentNegotiation.respondWith(context, asHtml ? HTML : JSON);
        MultiMap headers = http.response().headers();
        headers.set(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .set(HttpHeaders.CACHE_CONTROL, "no-cache")
                .set("X-Content-Type-Options", "nosniff");
        if (asHtml) {
            headers.set("Content-Security-Policy", html.policy());
        }
        return (asHtml ? html.page(places) : places.json()).getBytes(StandardCharsets.UTF_8);
    }

    /** Only the MCP port needs more than a path: its number, and so a scheme and the name by which the client came here. */
    private String mcpUrl(HttpServerRequest request) {
        return listener.sharesMainPort() ? Endpoint.MCP_PATH
                : (request.isSSL() ? "https://" : "http://") + HostFilter.nameOf(request) + ":" + mcp.port()
                        + Endpoint.MCP_PATH;
    }
}
