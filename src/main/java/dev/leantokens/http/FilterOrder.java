package dev.leantokens.http;

/**
 * The order in which requests of both ports pass our filters; the highest priority comes first. All of them come
 * before Quarkus' own: CORS (300), authentication (200) and authorization (100).
 */
public final class FilterOrder {

    /** What is served on which port. */
    public static final int PORTS = 1000;
    /** Names and origins. */
    public static final int HOSTS = 900;
    /** Who is calling. */
    public static final int CALLERS = 850;
    /** The declared size of the body. */
    public static final int BODY = 800;
    /** Who may use MCP, and whose its sessions are. */
    public static final int MCP_CALLERS = 710;
    /** Looks at an MCP request before the MCP extension does. */
    public static final int MCP = 700;

    private FilterOrder() {
    }
}
