package dev.leantokens.standin;

import java.time.Clock;
import java.util.Optional;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

import dev.leantokens.http.Endpoint;
import dev.leantokens.lean.LeanAccount;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.lean.LeanStandIn;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.tls.LeanTlsConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Starts the stand-in where {@code LEAN_ENVIRONMENT=stand-in} asks for it, and in development as long as nothing is set for
 * Lean. Otherwise neither keys nor a listener are created.
 */
@Singleton
class StandIn implements LeanStandIn {

    private static final Logger LOG = Logger.getLogger(StandIn.class);

    private final LeanConfig config;
    private final LeanTlsConfig tls;
    private final Clock clock;
    private StandInLean server;

    StandIn(LeanConfig config, LeanTlsConfig tls, Clock clock) {
        this.config = config;
        this.tls = tls;
        this.clock = clock;
    }

    @Override
    public Optional<LeanAccount> account() {
        String unused = String.join(", ", SettingsForLean.of(config, tls));
        boolean requested = config.environment() == LeanConfig.Environment.STAND_IN;
        if (requested && !unused.isEmpty()) {
            throw new ConfigurationException("LEAN_ENVIRONMENT=stand-in does not talk to Lean, but settings for Lean are set: "
                    + unused + ". Unset them, or set LEAN_ENVIRONMENT to an environment of Lean");
        }
        if (!requested && !(isDevelopment() && unused.isEmpty())) {
            return Optional.empty();
        }
        server = new StandInLean(clock);
        return Optional.of(LeanAccount.of(server.url(), StandInLean.CLIENT));
    }

    @Override
    public boolean isUsed() {
        return server != null;
    }

    /** Needs the account, so that the decision has been made. */
    void announce(@Observes StartupEvent event, LeanAccount account, McpConfig mcp,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        if (isUsed() || isDevelopment()) {
            String source = isUsed()
                    ? "Tokens come from a STAND-IN for Lean inside this process, " + reason() + ". They open nothing"
                    : "Tokens are real: they come from Lean at " + account.url();
            LOG.log(isUsed() ? Level.WARN : Level.INFO, source + ". Try it out:\n"
                    + "REST:  curl -d scope=api http://localhost:" + port + Endpoint.TOKEN_PATH + "\n"
                    + "MCP:   npx @modelcontextprotocol/inspector --cli http://localhost:" + mcp.port() + Endpoint.MCP_PATH
                    + " --transport http \\\n"
                    + "         --method tools/call --tool-name lean-generate-access-token --tool-arg 'body={\"scope\":\"api\"}'");
        }
    }

    private String reason() {
        return config.environment() == LeanConfig.Environment.STAND_IN ? "as LEAN_ENVIRONMENT=stand-in says"
                : "since nothing is set for Lean and this is development";
    }

    /** Not the profile alone: a packaged application can be given any. */
    private static boolean isDevelopment() {
        return LaunchMode.current() != LaunchMode.NORMAL && ConfigUtils.isProfileActive("dev");
    }

    @PreDestroy
    void close() {
        if (server != null) {
            server.close();
        }
    }
}
