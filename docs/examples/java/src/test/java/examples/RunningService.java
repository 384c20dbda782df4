package examples;

import java.net.URI;

/**
 * The service that the examples are tested against, with the local client {@code payments}. The variable
 * {@code PAYMENTS_SECRET} has the client's secret; {@code TOKEN_URL} and {@code MCP_URL} are only needed for other addresses
 * than the default ones.
 */
final class RunningService {

    static final URI TOKEN_ENDPOINT = URI
            .create(System.getenv().getOrDefault("TOKEN_URL", "http://localhost:8080/v1/oauth2/token"));
    static final URI MCP_ENDPOINT = URI.create(System.getenv().getOrDefault("MCP_URL", "http://localhost:9090/mcp"));
    static final String ID = "payments";
    static final String SECRET = System.getenv("PAYMENTS_SECRET");

    /** Tokens have the shape of a signed JWT. */
    static final String TOKEN = "eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+";

    private RunningService() {
    }
}
