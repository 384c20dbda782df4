package dev.leantokens.http;

/**
 * The order of the filters of both ports; the highest priority runs first. A filter that refuses requests runs after Quarkus'
 * CORS, so that an allowed page can read the error; those before CORS protect the connection or decide whether the page is
 * allowed. All run before Quarkus' authentication (200) and authorization (100).
 */
public final class FilterOrder {

    /** The span of the request: every line of the log and every refusal belongs to it. */
    static final int TRACES = 1150;
    /** Fields of the access log, if it is on: they are needed however the request ends. */
    static final int ACCESS_LOG = 1100;
    /** The audit of requests for a token, whatever refuses them. */
    static final int AUDIT = 1090;
    /** Where the body ends: every later refusal relies on it to leave the connection usable. */
    static final int BODY_FRAMING = 1050;
    /** The paths of each port: what is not served needs no further checks. */
    public static final int PORTS = 1000;
    /** {@code Host}, {@code Origin} and {@code Sec-Fetch-Site}: foreign names and pages get no CORS headers. */
    public static final int HOSTS = 900;
    /** The metadata of MCP as a protected resource, with its own CORS and {@code OPTIONS}. */
    public static final int RESOURCE_METADATA = 320;
    /** {@code Allow} for {@code OPTIONS}, before Quarkus answers a preflight request. */
    static final int OPTIONS = 310;
    /** The Agent Skill, with its own CORS: pages of every site may read it. */
    public static final int SKILLS = 305;
    /** Quarkus' CORS filter. */
    static final int CORS = 300;
    /** Other {@code OPTIONS} requests, answered before the caller needs credentials. */
    static final int OPTIONS_ANSWER = 295;
    /** Authentication of the caller, from headers only. */
    public static final int CALLERS = 290;
    /** Paths and methods of {@code /q/health} and {@code /q/metrics}. */
    static final int MANAGEMENT = 285;
    /** Headers that announce too much, before Quarkus' limit, which answers without a body, and Quarkus REST, which caches. */
    static final int HEADERS = 280;
    /** Metrics, rendered here instead of by Quarkus. */
    public static final int METRICS = 275;
    /** What belongs to the status page and is no resource of Quarkus REST. */
    public static final int STATUS = 272;
    /** MCP requests: access, the message and its session, before the MCP extension. The last one, as it reads the body. */
    public static final int MCP = 270;

    private FilterOrder() {
    }
}
