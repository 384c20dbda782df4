package dev.leantokens.standin;

import static dev.leantokens.settings.SettingRule.require;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

import dev.leantokens.access.AccessConfig;
import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.access.AccessConfig.CallerCredentials;
import dev.leantokens.lean.LeanAccount;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.lean.LeanConfig.ClientAuthentication;
import dev.leantokens.lean.LeanStandIn;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.settings.SettingsCheck;
import dev.leantokens.tls.LeanTlsConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig.InsecureRequests;

/**
 * Starts the stand-in if {@code LEAN_ENVIRONMENT=stand-in} is set, and in development while no setting for Lean is set.
 * Otherwise creates neither a key nor a listener.
 */
@Singleton
class StandIn implements LeanStandIn, SettingsCheck {

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
    public void check() {
        List<String> ignored = settingsForLean();
        require(!isRequested() || ignored.isEmpty(),
                "LEAN_ENVIRONMENT=stand-in does not use Lean, but settings for Lean are set: "
                        + String.join(", ", ignored) + ". Unset them, or set LEAN_ENVIRONMENT to an environment of Lean");
    }

    private boolean isRequested() {
        return config.environment() == LeanConfig.Environment.STAND_IN;
    }

    @Override
    public Optional<LeanAccount> account() {
        check();
        if (!isRequested() && !(isDevelopment() && settingsForLean().isEmpty())) {
            return Optional.empty();
        }
        server = new StandInLean(clock);
        return Optional.of(LeanAccount.of(server.url(), StandInLean.CLIENT));
    }

    @Override
    public boolean isUsed() {
        return server != null;
    }

    /** @param account injected so that it has been produced, and the stand-in started if needed */
    void announce(@Observes StartupEvent event, LeanAccount account, McpConfig mcp, AccessConfig access, VertxHttpConfig http) {
        if (isUsed() || isDevelopment()) {
            String source = isUsed()
                    ? "Tokens come from a STAND-IN for Lean inside this process, " + reason() + ". They grant no access"
                    : "Tokens are real: they come from Lean at " + account.url();
            LOG.log(isUsed() ? Level.WARN : Level.INFO, source + ". Try it out:\n" + requests(mcp, access, http).lines());
        }
    }

    private TrialRequests requests(McpConfig mcp, AccessConfig access, VertxHttpConfig http) {
        boolean encrypted = http.insecureRequests().filter(plain -> plain != InsecureRequests.ENABLED).isPresent();
        boolean needsCredentials = access.anonymous() == Anonymous.NEVER;
        boolean accepted = isUsed() && access.callerCredentials() == CallerCredentials.ALLOWED;
        return new TrialRequests(encrypted, encrypted ? http.sslPort() : http.port(), mcp.port(),
                needsCredentials ? Optional.of(StandInLean.CLIENT) : Optional.empty(), !needsCredentials || accepted);
    }

    private String reason() {
        return isRequested() ? "because LEAN_ENVIRONMENT=stand-in is set"
                : "because this is development and no setting for Lean is set";
    }

    /**
     * @return the variables that are set and that the stand-in would ignore: the service's identity at Lean, and the way there
     */
    private List<String> settingsForLean() {
        return Stream.of(
                setting("LEAN_URL", config.url()),
                setting("LEAN_CLIENT_ID", config.clientId()),
                setting("LEAN_CLIENT_SECRET", config.clientSecret()),
                setting("LEAN_CLIENT_SECRET_FILE", config.clientSecretFile()),
                // The stand-in supports both methods with a secret.
                setting("LEAN_CLIENT_AUTHENTICATION", Optional.of(config.clientAuthentication())
                        .filter(method -> method == ClientAuthentication.PRIVATE_KEY_JWT
                                || method == ClientAuthentication.TLS_CLIENT_AUTH)),
                setting("LEAN_PRIVATE_KEY_FILE", config.privateKeyFile()),
                setting("LEAN_PRIVATE_KEY_ID", config.privateKeyId()),
                setting("LEAN_ASSERTION_AUDIENCE", config.assertionAudience()),
                setting("LEAN_PROXY_URL", config.proxyUrl()),
                setting("LEAN_PROXY_USERNAME", config.proxyUsername()),
                setting("LEAN_PROXY_PASSWORD", config.proxyPassword()),
                setting("LEAN_TLS_CERTIFICATE", tls.certificate()),
                setting("LEAN_TLS_KEY", tls.key()),
                setting("LEAN_TLS_KEY_STORE", tls.keyStore()),
                setting("LEAN_TLS_KEY_STORE_PASSWORD", tls.keyStorePassword()),
                setting("LEAN_TLS_CA", tls.ca()))
                .filter(setting -> setting.getValue().isPresent()).map(Map.Entry::getKey).toList();
    }

    private static Map.Entry<String, Optional<?>> setting(String variable, Optional<?> value) {
        return Map.entry(variable, value);
    }

    /** Checks the launch mode too: a packaged application can run with any profile. */
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
