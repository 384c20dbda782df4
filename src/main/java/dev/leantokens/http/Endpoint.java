package dev.leantokens.http;

import java.util.regex.Pattern;

import dev.leantokens.error.Origin;
import io.vertx.ext.web.RoutingContext;

/** What a request is made to, by its path; who serves what is of no matter here. */
public enum Endpoint {
    /** The token endpoint (RFC 6749 §3.2). */
    TOKEN(Endpoint.TOKEN_PATH, Origin.REST),
    /** The endpoints of MCP: this path and those below it. It is the MCP extension's own default. */
    MCP(Endpoint.MCP_PATH, Origin.MCP),
    /** The Agent Skill. */
    SKILLS(Endpoint.SKILLS_PATH, Origin.HTTP),
    /** Health, metrics and the like. */
    MANAGEMENT("/q", Origin.HTTP),
    /** Nothing that is served. */
    OTHER("", Origin.HTTP);

    /** Paths, for annotations, which take constants only. */
    public static final String TOKEN_PATH = "/v1/oauth2/token";
    public static final String MCP_PATH = "/mcp";
    public static final String MCP_SSE_PATH = MCP_PATH + "/sse";
    /** What follows is the id of a session. */
    public static final String MCP_MESSAGES_PATH = MCP_PATH + "/messages/";
    public static final String SKILLS_PATH = "/.well-known/agent-skills";

    private static final String KEY = Endpoint.class.getName();

    private static final Pattern PATH_PARAMETERS = Pattern.compile(";[^/]*");

    private final String path;
    private final Origin origin;

    Endpoint(String path, Origin origin) {
        this.path = path;
        this.origin = origin;
    }

    /** @return what the request is made to; reckoned once for each */
    public static Endpoint of(RoutingContext context) {
        Endpoint known = context.get(KEY);
        if (known == null) {
            // What is spared the rules for hosts and callers is so by its plain path only.
            known = MANAGEMENT.has(context.normalizedPath()) ? MANAGEMENT : at(pathOf(context));
            context.put(KEY, known);
        }
        return known;
    }

    /** @return the path that is served: Quarkus REST does not mind parameters of segments, nor slashes at the end */
    static String pathOf(RoutingContext context) {
        String path = context.normalizedPath();
        if (path.indexOf(';') >= 0) {
            path = PATH_PARAMETERS.matcher(path).replaceAll("");
        }
        return withoutTrailingSlashes(path);
    }

    /** @return the path without slashes at its end: some clients add one to every URL */
    public static String withoutTrailingSlashes(String path) {
        // Not /+$, which looks through each run of slashes from each slash of it: seconds for a path of 16 KiB.
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
        return MCP.has(path) ? MCP : SKILLS.has(path) ? SKILLS : OTHER;
    }

    private boolean has(String requested) {
        return isAtOrBelow(path, requested);
    }

    /** @return whether a path is another one or goes on from it, segment by segment */
    public static boolean isAtOrBelow(String path, String requested) {
        return requested.startsWith(path) && (requested.length() == path.length() || requested.charAt(path.length()) == '/');
    }

    /** @return what requests to it count as */
    public Origin origin() {
        return origin;
    }
}
