package dev.leantokens.mcp.authorization;

import static dev.leantokens.settings.SettingRule.require;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import dev.leantokens.access.ProtectedResource;
import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.Challenges;
import dev.leantokens.http.Endpoint;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.settings.SettingsCheck;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * MCP as a protected resource: what clients need to log in on their own, and what their tokens need. Off unless a resource is
 * configured; MCP then behaves as if this class did not exist. Thread-safe.
 */
@Singleton
public class McpAuthorization implements ProtectedResource, Challenges, SettingsCheck {

    /** The extension by which clients without a user get their tokens (MCP, "OAuth Client Credentials"). */
    private static final String CLIENT_CREDENTIALS = "io.modelcontextprotocol/oauth-client-credentials";

    /** RFC 6749 §3.3. */
    private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]+");

    private static final String BEARER = "bearer ";

    private final String name;
    private final Optional<ResourceUrl> resource;
    private final List<String> scopes;

    /** @throws ConfigurationException if a setting is invalid; the message names the variable */
    McpAuthorization(McpConfig config, @ConfigProperty(name = "quarkus.mcp.server.server-info.title") String name) {
        this.name = name;
        this.resource = config.oauthResource().map(ResourceUrl::of);
        this.scopes = config.oauthScopes().orElse(List.of()).stream().map(String::strip).distinct().toList();
        require(scopes.stream().allMatch(scope -> SCOPE.matcher(scope).matches()),
                "MCP_OAUTH_SCOPES must be scopes separated by commas, each without spaces, quotes and backslashes");
        require(config.oauthIssuers().isEmpty() || resource.isPresent(),
                "MCP_OAUTH_ISSUERS must be set together with MCP_OAUTH_RESOURCE: without it, clients do not ask for them");
        require(scopes.isEmpty() || resource.isPresent(),
                "MCP_OAUTH_SCOPES must be set together with MCP_OAUTH_RESOURCE: without it, clients do not ask for them");
    }

    /** Does nothing more than the constructor, which has checked all settings. */
    @Override
    public void check() {
        // Called, so that this bean is created before anything starts.
    }

    /** @return whether MCP is a protected resource, so that clients are asked for tokens */
    public boolean isOn() {
        return resource.isPresent();
    }

    @Override
    public Optional<String> audienceAt(Endpoint endpoint) {
        return endpoint == Endpoint.MCP ? resource.map(ResourceUrl::toString) : Optional.empty();
    }

    @Override
    public Optional<String> host() {
        return resource.map(ResourceUrl::host);
    }

    /**
     * @param granted the scopes of the token that the caller has authenticated with
     * @throws TokenException {@code insufficient_scope} unless it has all scopes that are needed here
     */
    public void requireScopes(Set<String> granted) {
        if (!granted.containsAll(scopes)) {
            throw TokenError.INSUFFICIENT_SCOPE.because("the access token does not have all scopes that this service needs: "
                    + String.join(" ", scopes));
        }
    }

    /** @return the extensions that this server implements by authorization, for its capabilities */
    public JsonObject extensions() {
        return isOn() ? new JsonObject().put(CLIENT_CREDENTIALS, new JsonObject()) : new JsonObject();
    }

    /** @return the only paths of the metadata: that of the resource, and the root, at which some clients look */
    Set<String> metadataPaths() {
        return resource.map(url -> Set.of(Endpoint.RESOURCE_METADATA_PATH, url.metadataPath())).orElse(Set.of());
    }

    /**
     * @param authorizationServers the issuers at which clients can get tokens
     * @return the metadata (RFC 9728 §2), without members that would be empty
     */
    JsonObject metadata(List<String> authorizationServers) {
        JsonObject metadata = new JsonObject().put("resource", resource.orElseThrow().toString()).put("resource_name", name);
        if (!authorizationServers.isEmpty()) {
            metadata.put("authorization_servers", new JsonArray(authorizationServers));
        }
        if (!scopes.isEmpty()) {
            metadata.put("scopes_supported", new JsonArray(scopes));
        }
        return metadata.put("bearer_methods_supported", new JsonArray(List.of("header")));
    }

    /** Bearer first: clients that read only one challenge, or only the start of the header, have to find it (RFC 6750 §3). */
    @Override
    public Optional<String> of(RoutingContext context, TokenException error) {
        if (resource.isEmpty() || Endpoint.of(context) != Endpoint.MCP) {
            return Optional.empty();
        }
        return switch (error.error()) {
            case CALLER_REFUSED -> Optional.of(
                    (sentToken(context) ? bearer("invalid_token", error) : bearer()) + ", " + ErrorResponse.BASIC_CHALLENGE);
            case INSUFFICIENT_SCOPE -> Optional.of(bearer("insufficient_scope", error));
            default -> Optional.empty();
        };
    }

    private String bearer(String code, TokenException error) {
        return bearer() + ", error=\"" + code + "\", error_description=\""
                + error.response().members().get(ErrorResponse.ERROR_DESCRIPTION) + "\"";
    }

    private String bearer() {
        return "Bearer resource_metadata=\"" + resource.orElseThrow().metadataUrl() + "\""
                + (scopes.isEmpty() ? "" : ", scope=\"" + String.join(" ", scopes) + "\"");
    }

    /** A request without a token gets no error code (RFC 6750 §3.1). */
    private static boolean sentToken(RoutingContext context) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.strip().toLowerCase(Locale.ROOT).startsWith(BEARER);
    }
}
