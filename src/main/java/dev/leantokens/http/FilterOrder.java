package dev.leantokens.http;

import io.vertx.ext.web.RoutingContext;

/**
 * The order in which requests of both ports pass our filters; the highest priority comes first. All of them come
 * before Quarkus' own: CORS (300), authentication (200) and authorization (100).
 */
public final class FilterOrder {

    /** What is served on which port. */
    public static final int PORTS = 1000;
    /** Names and origins. */
    public static final int HOSTS = 900;
    /** The declared size of the body. */
    public static final int BODY = 800;
    /** Looks at an MCP request before the MCP extension does. */
    public static final int MCP = 700;

    private static final String MANAGEMENT_PATH = "/q/";

    private FilterOrder() {
    }

    /** @return whether the request is for health, metrics and the like */
    public static boolean isManagement(RoutingContext context) {
        String path = context.normalizedPath();
        return path.startsWith(MANAGEMENT_PATH) || path.equals("/q");
    }
}
