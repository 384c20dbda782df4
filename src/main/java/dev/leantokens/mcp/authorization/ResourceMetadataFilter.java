package dev.leantokens.mcp.authorization;

import java.util.List;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;

import dev.leantokens.StartOrder;
import dev.leantokens.access.AccessConfig;
import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.access.AccessRules;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestFilters;
import dev.leantokens.mcp.port.McpConfig;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves the metadata of MCP as a protected resource (RFC 9728 §3) to every caller, and to pages of every site: clients read
 * it before they can authenticate, some of them in a browser. It answers all requests below its path.
 */
@ApplicationScoped
class ResourceMetadataFilter {

    private static final Logger LOG = Logger.getLogger(ResourceMetadataFilter.class);

    private static final CharSequence ANY = HttpHeaders.createOptimized("*");
    private static final CharSequence READ_METHODS = HttpHeaders.createOptimized("GET, HEAD");

    /** How long clients may cache the metadata, whose issuers change with the file of local clients: 5 minutes. */
    private static final CharSequence CACHE_CONTROL = HttpHeaders.createOptimized("max-age=300");

    private final McpAuthorization authorization;
    private final AuthorizationServers servers;
    private final AccessRules access;
    private final HttpErrors errors;
    private final Anonymous anonymous;

    /** Whether the log says that clients have no issuer to log in at. A race would only repeat the line. */
    private volatile boolean warned;

    ResourceMetadataFilter(McpAuthorization authorization, McpConfig config, AccessRules access,
            AccessConfig accessConfig, HttpErrors errors) {
        this.anonymous = accessConfig.anonymous();
        this.authorization = authorization;
        this.servers = new AuthorizationServers(config.oauthIssuers().orElse(List.of()));
        this.access = access;
        this.errors = errors;
    }

    /** @throws ConfigurationException if no client could get a token for the resource */
    void check(@Observes @Priority(StartOrder.AFTER_SETTINGS) StartupEvent event) {
        if (!authorization.isOn()) {
            return;
        }
        servers.requireTrusted(access.issuers());
        if (anonymous == Anonymous.ALWAYS) {
            LOG.warn(
                    "No MCP client will log in, although MCP_OAUTH_RESOURCE is set: with ACCESS_ANONYMOUS=always, every caller "
                            + "is served without a token");
        }
    }

    void register(@Observes RequestFilters filters) {
        if (authorization.isOn()) {
            filters.register(this::passes, FilterOrder.RESOURCE_METADATA);
        }
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        if (endpoint != Endpoint.RESOURCE_METADATA) {
            return true;
        }
        HttpServerResponse response = context.response().putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
        HttpMethod method = context.request().method();
        if (!authorization.metadataPaths().contains(Endpoint.pathOf(context))) {
            errors.send(context, HttpErrors.pathNotFound());
        } else if (method == HttpMethod.GET || method == HttpMethod.HEAD) {
            send(response, method == HttpMethod.HEAD);
        } else if (method == HttpMethod.OPTIONS) {
            // Clients send the revision of MCP in a header, which a browser asks for first.
            response.putHeader(HttpHeaders.ALLOW, Endpoint.READ_METHODS)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, READ_METHODS)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, ANY).end();
        } else {
            errors.send(context, HttpErrors.of(405, context));
        }
        return false;
    }

    private void send(HttpServerResponse response, boolean withoutBody) {
        List<String> current = servers.among(access.issuers());
        if (current.isEmpty() && !warned) {
            LOG.warn("MCP clients cannot log in: the issuers of MCP_OAUTH_ISSUERS, or all at which they could, are no longer "
                    + "trusted. Configure them again");
        }
        warned = current.isEmpty();
        Buffer body = authorization.metadata(current).toBuffer();
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json").putHeader(HttpHeaders.CACHE_CONTROL, CACHE_CONTROL)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        if (withoutBody) {
            response.end();
        } else {
            response.end(body);
        }
    }
}
