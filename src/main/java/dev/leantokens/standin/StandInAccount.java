package dev.leantokens.standin;

import java.time.Clock;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

import dev.leantokens.http.Endpoint;
import dev.leantokens.lean.LeanAccount;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.mcp.McpConfig;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;

/** In development, lets the service talk to a stand-in unless it has an account at Lean. */
@Singleton
@IfBuildProfile("dev")
class StandInAccount {

    private static final Logger LOG = Logger.getLogger(StandInAccount.class);

    private final Clock clock;
    private StandInLean standIn;

    StandInAccount(Clock clock) {
        this.clock = clock;
    }

    @Produces
    @Singleton
    @IfBuildProfile("dev")
    LeanAccount leanAccount(LeanConfig config) {
        LeanAccount configured = LeanAccount.of(config);
        if (configured.clientId().isPresent() || config.url().isPresent()) {
            return configured;
        }
        standIn = new StandInLean(clock);
        return LeanAccount.of(standIn.url(), StandInLean.CLIENT);
    }

    void explain(@Observes StartupEvent event, LeanAccount account, McpConfig mcp,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        String ask = standIn == null
                ? "Tokens are real: they come from Lean at %s.".formatted(account.url())
                : "No LEAN_CLIENT_ID is set: tokens come from a STAND-IN for Lean at %s and open nothing."
                        .formatted(account.url());
        LOG.infof("""
                %s
                REST:  curl -H 'Content-Type: application/json' -d '{"scope":"api"}' http://localhost:%d/v1/oauth2/token
                MCP:   npx @modelcontextprotocol/inspector --cli http://localhost:%d%s --transport http \\
                         --method tools/call --tool-name lean-generate-access-token --tool-arg 'body={"scope":"api"}'""",
                ask, port, mcp.port(), Endpoint.MCP_PATH);
    }

    @PreDestroy
    void close() {
        if (standIn != null) {
            standIn.close();
        }
    }
}
