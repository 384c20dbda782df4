package dev.leantokens.http;

import java.util.regex.Pattern;

import dev.leantokens.error.Origin;
import io.vertx.ext.web.RoutingContext;

/** The endpoints of both ports, by path, and their methods. Which port serves an endpoint is decided elsewhere. */
public enum Endpoint {
    /** The token endpoint (RFC 6749 §3.2). */
    TOKEN(Endpoint.TOKEN_PATH, Origin.REST),
    /** The endpoints of MCP: the MCP extension's default path and those below it. */
    MCP(Endpoint.MCP_PATH, Origin.MCP),
    /** The Agent Skill. */
    SKILLS(Endpoint.SKILLS_PATH, Origin.HTTP),
    /** The metadata of MCP as a protected resource (RFC 9728 §3), if it is one. */
    RESOURCE_METADATA(Endpoint.RESOURCE_METADATA_PATH, Origin.HTTP),
    /** Health, metrics and the API description. */
    MANAGEMENT("/q", Origin.HTTP),
    /** The page at the root of the main port, which lists what the service offers. */
    START(Endpoint.START_PATH, Origin.HTTP),
    /** Where browsers log in to see the status on that page. */
    STATUS(Endpoint.STATUS_PATH, Origin.HTTP),
    /** The changes of the status on that page, as server-sent events. */
    STATUS_EVENTS(Endpoint.STATUS_EVENTS_PATH, Origin.HTTP),
    /** Any other path: not served. */
    OTHER("", Origin.HTTP);

    // Constants, which annotations need.
    public static final String TOKEN_PATH = "/v1/oauth2/token";
    public static final String MCP_PATH = "/mcp";
    public static final String MCP_SSE_PATH = MCP_PATH + "/sse";
    /** The id of a session follows. */
    public static final String MCP_MESSAGES_PATH = MCP_PATH + "/messages/";
    public static final String SKILLS_PATH = "/.well-known/agent-skills";
    /** The path of the resource may follow. */
    public static final String RESOURCE_METADATA_PATH = "/.well-known/oauth-protected-resource";
    public static final String START_PATH = "/";
    public static final String STATUS_PATH = "/status";
    public static final String STATUS_EVENTS_PATH = STATUS_PATH + "/events";

    /** Without the {@code HEAD} that Quarkus REST would add: it is refused. */
    static final String TOKEN_METHODS = "POST, OPTIONS";
    /** The methods of all endpoints of Quarkus and Quarkus REST except the token endpoint. */
    public static final String READ_METHODS = "GET, HEAD, OPTIONS";

    private static final Pattern PATH_PARAMETERS = Pattern.compile(";[^/]*");

    private final String path;
    private final Origin origin;

    Endpoint(String path, Origin origin) {
        this.path = path;
        this.origin = origin;
    }

    /** @return the endpoint of a request */
    public static Endpoint of(RoutingContext context) {
        // Management is exempt from the rules for hosts and callers, so it needs its path without parameters.
        return isAtOrBelow(MANAGEMENT.path, context.normalizedPath()) ? MANAGEMENT : at(pathOf(context));
    }

    /** @return the path as Quarkus REST matches it: without parameters of segments and slashes at the end */
    public static String pathOf(RoutingContext context) {
        String path = context.normalizedPath();
        if (path.indexOf(';') >= 0) {
            path = PATH_PARAMETERS.matcher(path).replaceAll("");
        }
        return withoutTrailingSlashes(path);
    }

    /** @return the path without slashes at its end, which some clients add to every URL */
    public static String withoutTrailingSlashes(String path) {
        // The regular expression /+$ needs quadratic time: seconds for a path of 16 KiB.
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    private static Endpoint at(String path) {
        if (path.equals(TOKEN.path)) {
            return TOKEN;
        }
        if (isAtOrBelow(MCP.path, path)) {
            return MCP;
        }
        if (isAtOrBelow(SKILLS.path, path)) {
            return SKILLS;
        }
        if (path.equals(STATUS.path)) {
            return STATUS;
        }
        if (path.equals(STATUS_EVENTS.path)) {
            return STATUS_EVENTS;
        }
        return isAtOrBelow(RESOURCE_METADATA.path, path) ? RESOURCE_METADATA : path.isEmpty() ? START : OTHER;
    }

    static boolean isAtOrBelow(String path, String requested) {
        return requested.startsWith(path) && (requested.length() == path.length() || requested.charAt(path.length()) == '/');
    }

    /** @return what its requests count as in the log and the metrics */
    public Origin origin() {
        return origin;
    }
}
