package dev.leantokens.hostile.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

import javax.net.ssl.SSLContext;

import org.awaitility.Awaitility;
import org.hamcrest.Matchers;

import dev.leantokens.hostile.lean.Scenario.Outcome;
import dev.leantokens.hostile.lean.Step.Bodies;
import dev.leantokens.packaged.PackagedApplication;
import dev.leantokens.testing.Callers;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawServer;

/** The packaged application, a Lean that plays scenarios, and callers. */
final class RudeTrial implements AutoCloseable {

    /** Fewer than the requests of some scenarios, so that a leaked connection is missing soon. */
    private static final int MAX_CONNECTIONS = 24;
    private static final Duration DEADLINE = Duration.ofSeconds(6);
    /** For connections to be closed. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final RawServer server;
    private final RudeServer lean = new RudeServer(Bodies.OF_TOKENS,
            request -> request.head().startsWith("POST "));
    private final PackagedApplication service;
    private final Callers callers;
    private final Crowd crowd;
    private int logRead;

    /** @param tls how Lean is encrypted, and the settings with which the service trusts it; empty without TLS */
    RudeTrial(Optional<SSLContext> tls, Map<String, String> settings) {
        server = tls.map(RawServer::start).orElseGet(RawServer::start);
        server.answers(lean);
        Map<String, String> environment = new HashMap<>(Map.of(
                "LEAN_URL", server.url(),
                "LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET,
                "LEAN_MAX_CONNECTIONS", Integer.toString(MAX_CONNECTIONS),
                // Memory is allocated for each call.
                "LEAN_REQUESTS_PER_MINUTE", "10000",
                "LEAN_BREAKER_REQUEST_VOLUME", "1000",
                "LEAN_BREAKER_FAILURE_RATIO", "1",
                // A call may still be repeated on another connection.
                "LEAN_MAX_ATTEMPTS", "1",
                "LEAN_DEADLINE", DEADLINE.toSeconds() + "s",
                // The machine may be busy.
                "QUARKUS_VERTX_MAX_EVENT_LOOP_EXECUTE_TIME", "60s"));
        environment.putAll(settings);
        service = PackagedApplication.startWith(List.of("-Xmx192m", "-Dio.netty.leakDetection.samplingInterval=8"),
                environment);
        callers = new Callers(service.port(), service.mcpPort());
        crowd = new Crowd(callers, DEADLINE);
    }

    RawServer server() {
        return server;
    }

    /** Plays one scenario on all connections, in two rounds, of which the second one can reuse connections. */
    void play(Scenario scenario, int number) {
        start();
        Scenario first = scenario.onReuse() ? Scenario.POLITE.gathered() : scenario;
        round(connection -> first, number, true, first.outcome());
        round(connection -> scenario, number, true, scenario.outcome());
        if (scenario.reusable() && scenario.outcome() == Outcome.TOKEN && !scenario.onReuse()) {
            assertThat(server.requests()).as("requests on a reused connection").anyMatch(request -> request.nth() > 1);
        }
        end(number);
    }

    /** Closes all connections, so that each one plays a scenario of the trial. */
    void start() {
        lean.play(connection -> Scenario.POLITE, 0);
        server.reset();
        lean.violations();
    }

    /** @param scenarios by the number of the connection */
    void round(IntFunction<Scenario> scenarios, int number, boolean ownCredentials, Outcome outcome) {
        lean.play(scenarios, number);
        crowd.call(number, ownCredentials, outcome);
        // The service need not have read what ends a connection.
        Awaitility.await().alias("connections that must not be used again are closed").atMost(PATIENCE)
                .until(() -> server.connections().stream().filter(RawServer.Connection::isSpoilt)
                        .map(RawServer.Connection::number).toList(), Matchers.empty());
        assertThat(lean.violations()).as("requests on a connection that must not be used again").isEmpty();
    }

    /** Checks that the service works as before. */
    void end(int number) {
        round(connection -> Scenario.POLITE, number, true, Outcome.TOKEN);
        assertThat(server.connections()).as("open connections").hasSizeLessThanOrEqualTo(2 * MAX_CONNECTIONS);
        String log = service.log();
        String added = log.substring(logRead);
        logRead = log.length();
        assertThat(added).doesNotContain("\tat ", "Exception in thread", "LEAK", "s3cr3t", "token-of-", "Unhandled");
    }

    @Override
    public void close() {
        callers.close();
        service.close();
        server.close();
    }
}
