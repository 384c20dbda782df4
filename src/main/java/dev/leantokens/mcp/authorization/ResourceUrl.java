package dev.leantokens.mcp.authorization;

import static dev.leantokens.settings.SettingRule.HIGHEST_PORT;
import static dev.leantokens.settings.SettingRule.require;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.leantokens.http.Endpoint;
import dev.leantokens.settings.LoopbackHost;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * The URL that identifies MCP as a protected resource (RFC 9728 §1.2). Tokens have it as their audience, and clients compare it
 * with the URL that they connect to, partly character by character. So it is in its normal form (RFC 3986 §6.2).
 *
 * @param origin scheme, host and port
 * @param host the host name, without a port
 * @param path the path, which starts with a slash and does not end with one
 */
record ResourceUrl(String origin, String host, String path) {

    private static final Pattern URL = Pattern.compile(
            "(https?)://((?:[a-z0-9_-]+\\.)*[a-z0-9_-]+|\\[[0-9a-f:.]+])(:[1-9]\\d{0,4})?((?:/[A-Za-z0-9._~-]+)+)");
    private static final Pattern DOT_SEGMENT = Pattern.compile("/\\.{1,2}(/|$)");
    private static final Set<String> DEFAULT_PORTS = Set.of("https:443", "http:80");

    /** @throws ConfigurationException if the URL is not one that MCP clients can use; the message names the variable */
    static ResourceUrl of(String configured) {
        String url = configured.strip();
        Matcher parts = URL.matcher(url);
        boolean matches = parts.matches();
        require(matches && !DOT_SEGMENT.matcher(parts.group(4)).find()
                && !DEFAULT_PORTS.contains(parts.group(1) + parts.group(3)) && isPort(parts.group(3)),
                "MCP_OAUTH_RESOURCE must be the URL that MCP clients connect to, such as https://lean-tokens.example.com/mcp: "
                        + "host in lower case, with a path, and without user information, query, fragment, default port and "
                        + "slash at the end");
        require(parts.group(1).equals("https") || LoopbackHost.isLoopback(parts.group(2)),
                "MCP_OAUTH_RESOURCE must be an https URL, since clients send tokens to it: http is for localhost, 127.0.0.1 "
                        + "and [::1] only");
        return new ResourceUrl(url.substring(0, parts.start(4)), parts.group(2), parts.group(4));
    }

    /** @param port with a colon; null without one */
    private static boolean isPort(String port) {
        return port == null || Integer.parseInt(port.substring(1)) <= HIGHEST_PORT;
    }

    /** @return the path of the metadata, at which clients look first (RFC 9728 §3.1) */
    String metadataPath() {
        return Endpoint.RESOURCE_METADATA_PATH + path;
    }

    /** @return the URL of the metadata, for challenges */
    String metadataUrl() {
        return origin + metadataPath();
    }

    @Override
    public String toString() {
        return origin + path;
    }
}
