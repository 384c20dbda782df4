package dev.leantokens.http;

/**
 * The order in which requests of both ports pass our filters; the highest priority comes first. What decides whether a page
 * may call comes before Quarkus' CORS (300), and what else there is to refuse after it, so that a page that may call can
 * read that. All of them come before Quarkus' authentication (200) and authorization (100).
 */
public final class FilterOrder {

    /** Sees what becomes of every request. */
    public static final int FIRST = 1100;
    /** Where the body of a request ends. */
    public static final int TRANSFER_CODING = 1050;
    /** What becomes of a body that is not read. */
    public static final int UNREAD_BODIES = 1040;
    /** What is served on which port. */
    public static final int PORTS = 1000;
    /** Names and origins. */
    public static final int HOSTS = 900;
    /** Names the methods of a path, before Quarkus answers a preflight. */
    public static final int OPTIONS = 310;
    /** Answers OPTIONS requests that are no preflights. */
    public static final int OPTIONS_ANSWER = 295;
    /** Who is calling. */
    public static final int CALLERS = 290;
    /** What is served of health and metrics. */
    public static final int MANAGEMENT = 285;
    /** The declared size of the body. */
    public static final int BODY = 280;
    /** How long the names of media types are. */
    public static final int MEDIA_TYPES = 275;
    /** Who may use MCP. */
    public static final int MCP_CALLERS = 270;
    /** Reads what an MCP client has sent. */
    public static final int MCP_MESSAGES = 265;
    /** Answers those clients that the MCP extension does not speak to. */
    public static final int MCP_MODERN = 262;
    /** Looks at an MCP request before the MCP extension does. */
    public static final int MCP = 260;
    /** Whose the sessions of MCP are. */
    public static final int MCP_SESSIONS = 255;
    /** Opens the streams of those sessions. */
    public static final int MCP_STREAMS = 250;
    /** Answers who asks for metrics. */
    public static final int METRICS = 245;

    private FilterOrder() {
    }
}
