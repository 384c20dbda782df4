package dev.leantokens.testing;

import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.leantokens.testing.RawServer.Connection;
import dev.leantokens.testing.RawServer.Manner;
import dev.leantokens.testing.RawServer.Request;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/** Lean's authorization server, with a token endpoint that sends exactly the bytes of the test. */
public class RudeLean implements QuarkusTestResourceLifecycleManager {

    /** Answers with the token for the request. */
    public static final Manner POLITE = (connection, request) -> connection.write(okay(request));

    private final StubSettings settings = new StubSettings();
    private final int mcpPort = FreePorts.next();
    private RawServer server;

    @Override
    public void init(Map<String, String> arguments) {
        settings.apply(arguments);
    }

    @Override
    public Map<String, String> start() {
        server = RawServer.start();
        answers(POLITE);
        return settings.of("http://" + RawHttp.LOOPBACK + ":" + server.port(), mcpPort);
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(RudeLean.class));
    }

    @Override
    public void stop() {
        server.close();
    }

    public int mcpPort() {
        return mcpPort;
    }

    /** Is polite again, removes all requests and closes all connections. */
    public void reset() {
        answers(POLITE);
        server.reset();
    }

    /** @param next how token requests are answered; requests for the metadata document are answered as usual */
    public void answers(Manner next) {
        server.answers((connection, request) -> {
            if (isTokenRequest(request)) {
                next.answer(connection, request);
            } else {
                connection.write("HTTP/1.1 102 Processing\r\n\r\n");
                connection.write(response("200 OK", "{}"));
            }
        });
    }

    /** @return the open connections */
    public Set<Connection> connections() {
        return server.connections();
    }

    /** @return the number of connections since the last reset */
    public int accepted() {
        return server.accepted();
    }

    /** @return the token requests since the last reset */
    public List<Request> requests() {
        return server.requests().stream().filter(RudeLean::isTokenRequest).toList();
    }

    private static boolean isTokenRequest(Request request) {
        return request.head().startsWith("POST ");
    }

    /** @return a complete response with the token for the request */
    public static String okay(Request request, String... headers) {
        return response("200 OK", tokenResponse(request), headers);
    }

    /** @return the token of this scope and client */
    public static String token(String scope, String clientId) {
        return "token-of-" + scope + "-for-" + clientId;
    }

    public static String tokenResponse(Request request) {
        return "{\"access_token\":\"%s\",\"scope\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3599}".formatted(
                token(request.parameter("scope"), request.parameter("client_id")), request.parameter("scope"));
    }

    public static String response(String status, String body, String... headers) {
        return RawServer.response(status, body, headers);
    }
}
