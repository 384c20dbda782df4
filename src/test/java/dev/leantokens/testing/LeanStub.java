package dev.leantokens.testing;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;

import dev.leantokens.testing.TokenResponses.SameToken;
import dev.leantokens.testing.TokenResponses.UniqueToken;
import io.micrometer.core.instrument.Metrics;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/**
 * A stub of Lean's authorization server, and the settings with which the application uses it. Test classes declare it by
 * {@code @WithTestResource} and get it in a field of this type.
 */
public class LeanStub implements QuarkusTestResourceLifecycleManager {

    /** The service's credentials. */
    public static final String CLIENT_ID = "0a7e3c52-6d5b-4f0e-9a3c-5d2f6b1c8e90";
    public static final String CLIENT_SECRET = "service-s3cr3t-never-to-be-seen";

    /** The Lean credentials of a caller. */
    public static final String CALLERS_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    public static final String CALLERS_SECRET = "callers-s3cr3t-never-to-be-seen";

    public static final String TOKEN = "token-s3cr3t-never-to-be-seen";

    /** The time limit of a call to Lean: long enough for a loaded machine, short enough to wait for. */
    public static final long REQUEST_TIMEOUT_MILLIS = 1000;

    private static final String TOKEN_PATH = "/oauth2/token";

    /** An argument of the resource: the application gets no credentials. */
    public static final String WITHOUT_CREDENTIALS = "without-credentials";

    /** An argument of the resource: the profile of the test sets the MCP port. */
    public static final String WITHOUT_MCP_PORT = "without-mcp-port";

    private final StubSettings settings = new StubSettings();
    private WireMockServer server;
    private int mcpPort;

    @Override
    public void init(Map<String, String> arguments) {
        settings.apply(arguments);
    }

    @Override
    public Map<String, String> start() {
        // Gauges of the previous application would stay registered; Quarkus removes them in development only.
        Metrics.globalRegistry.getMeters().forEach(Metrics.globalRegistry::remove);
        start(0);
        mcpPort = FreePorts.next();
        return settings.of(server.baseUrl(), mcpPort);
    }

    private void start(int port) {
        server = new WireMockServer(WireMockConfiguration.options().bindAddress("127.0.0.1").port(port).gzipDisabled(true)
                .extensions(new UniqueToken(), new SameToken()));
        server.start();
        reset();
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(LeanStub.class));
    }

    @Override
    public void stop() {
        server.stop();
    }

    public int mcpPort() {
        return mcpPort;
    }

    public String url() {
        return server.baseUrl();
    }

    /** Removes all requests and stubs, and issues {@link #TOKEN} again. */
    public void reset() {
        server.resetAll();
        givesToken();
        server.stubFor(
                get(urlEqualTo("/.well-known/oauth-authorization-server")).willReturn(json(200, "{\"issuer\":\"stub\"}")));
    }

    /** Issues a different token for each request; its prefix has the client and the scope: {@link TokenResponses#prefix}. */
    public void givesTokensOfTheirOwn(int lifetimeSeconds) {
        givesTokensOfTheirOwn(lifetimeSeconds, 0);
    }

    public void givesTokensOfTheirOwn(int lifetimeSeconds, int afterMillis) {
        answers(tokenOfItsOwn(lifetimeSeconds, afterMillis));
    }

    /** @param end of the scopes whose tokens take so long; the others take as long as before */
    public void givesTokensOfTheirOwnLate(String end, int lifetimeSeconds, int afterMillis) {
        server.stubFor(post(urlEqualTo(TOKEN_PATH)).withFormParam("scope", matching(".*" + end))
                .willReturn(tokenOfItsOwn(lifetimeSeconds, afterMillis)));
    }

    private static ResponseDefinitionBuilder tokenOfItsOwn(int lifetimeSeconds, int afterMillis) {
        return aResponse().withFixedDelay(afterMillis).withTransformers(UniqueToken.NAME)
                .withTransformerParameter(UniqueToken.LIFETIME, lifetimeSeconds);
    }

    /** Issues {@link #TOKEN} for the requested scope. */
    public void givesToken() {
        answers(aResponse().withTransformers(SameToken.NAME));
    }

    public void answers(ResponseDefinitionBuilder response) {
        server.stubFor(post(urlEqualTo(TOKEN_PATH)).willReturn(response));
    }

    /** Sets the answer to requests with this member in the form; the others keep theirs. */
    public void answersFor(String member, String value, ResponseDefinitionBuilder response) {
        server.stubFor(post(urlEqualTo(TOKEN_PATH)).withFormParam(member, equalTo(value)).willReturn(response));
    }

    /** Sets the answers to the next requests in order; all further ones get the last one. */
    public void answersInTurn(List<ResponseDefinitionBuilder> responses) {
        String state = Scenario.STARTED;
        for (int i = 0; i < responses.size(); i++) {
            String next = i == responses.size() - 1 ? state : "after " + (i + 1);
            server.stubFor(post(urlEqualTo(TOKEN_PATH)).inScenario("in turn").whenScenarioStateIs(state).willSetStateTo(next)
                    .willReturn(responses.get(i)));
            state = next;
        }
    }

    public void answers(int status, String contentType, String body) {
        answers(aResponse().withStatus(status).withHeader("Content-Type", contentType).withBody(body));
    }

    public void answers(int status, String body) {
        answers(json(status, body));
    }

    public void breaks(Fault fault) {
        answers(aResponse().withFault(fault));
    }

    public static ResponseDefinitionBuilder json(int status, String body) {
        return aResponse().withStatus(status).withHeader("Content-Type", "application/json;charset=UTF-8").withBody(body);
    }

    /** Stops the server while the action runs. */
    public void whileAway(Runnable action) {
        int port = server.port();
        server.stop();
        try {
            action.run();
        } finally {
            start(port);
        }
    }

    public void everythingAnswers(int status) {
        server.stubFor(any(anyUrl()).willReturn(json(status, "{}")));
    }

    /** @return the token requests since the last reset */
    public List<LoggedRequest> requests() {
        return server.findAll(postRequestedFor(urlEqualTo(TOKEN_PATH)));
    }

    /** @return the times of the token requests, in order */
    public List<Instant> timesOfRequests() {
        return requests().stream().map(request -> request.getLoggedDate().toInstant()).sorted().toList();
    }

    /** @return the only token request since the last reset */
    public LoggedRequest onlyRequest() {
        List<LoggedRequest> requests = requests();
        if (requests.size() != 1) {
            throw new AssertionError("Lean was asked " + requests.size() + " times");
        }
        return requests.get(0);
    }

    /** @return the number of requests of this path since the last reset */
    public int requestsOf(String path) {
        return (int) server.getAllServeEvents().stream().filter(event -> event.getRequest().getUrl().equals(path)).count();
    }
}
