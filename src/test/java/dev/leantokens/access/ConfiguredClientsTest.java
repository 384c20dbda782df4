package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

class ConfiguredClientsTest {

    private static final String SECRET = "kQ7s3cr3tkQ7s3cr3tkQ7s3cr3t";

    @TempDir
    Path folder;

    /** As the application would have it that finds these variables. */
    private static ConfiguredClients ofVariables(Map<String, String> environment) {
        return new ConfiguredClients(config(environment).getConfigMapping(AccessConfig.class), environment, null);
    }

    private static SmallRyeConfig config(Map<String, String> environment) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withMapping(AccessConfig.class).withSources(new EnvConfigSource(environment, 300));
        ClientSecretKeys.mark(builder, environment.keySet());
        return builder.build();
    }

    @Test
    void clientsOfVariablesAreKnown() {
        LocalClients clients = ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET + ",another-secret-of-payments",
                "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,customer.*")).current();

        assertThat(clients.find("payments", SECRET)).isPresent();
        assertThat(clients.find("payments", "another-secret-of-payments")).isPresent();
        assertThat(clients.size()).isEqualTo(1);
    }

    @Test
    void idOfSeveralWordsHasHyphens() {
        LocalClients clients = ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_API_V2_SECRET", SECRET,
                "ACCESS_CLIENTS_PAYMENTS_API_V2_SCOPES", "api", "ACCESS_CLIENTS_WEB_SECRET", "secret-of-web-secret",
                "ACCESS_CLIENTS_WEB_SCOPES", "api")).current();

        assertThat(clients.find("payments-api-v2", SECRET)).isPresent();
        assertThat(clients.find("web", "secret-of-web-secret")).isPresent();
        assertThat(clients.size()).isEqualTo(2);
    }

    @Test
    void clientsOfTheFileAreAddedToThem() throws IOException {
        Path file = Files.writeString(folder.resolve("clients"), "agents.secret=secret-of-agents-secret\nagents.scopes=api\n");
        AccessConfig config = Settings.of(AccessConfig.class, "access.clients-file", file.toString(),
                "access.clients.payments.secret", SECRET, "access.clients.payments.scopes", "api");

        LocalClients clients = new ConfiguredClients(config, Map.of(), null).current();

        assertThat(clients.size()).isEqualTo(2);
        assertThat(clients.find("agents", "secret-of-agents-secret")).isPresent();
    }

    @Test
    void clientInBothPlacesRefusesToStart() throws IOException {
        Path file = Files.writeString(folder.resolve("clients"),
                "payments.secret=secret-of-agents-secret\npayments.scopes=api\n");
        AccessConfig config = Settings.of(AccessConfig.class, "access.clients-file", file.toString(),
                "access.clients.payments.secret", SECRET, "access.clients.payments.scopes", "api");

        assertThatThrownBy(() -> new ConfiguredClients(config, Map.of(), null)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("payments is configured twice");
    }

    @Test
    void halfAClientRefusesToStart() {
        assertThatThrownBy(() -> ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_API_SECRET", SECRET)))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("local client payments-api has no scopes")
                .hasMessageNotContaining(SECRET);
        assertThatThrownBy(() -> ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_SCOPES", "api")))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("local client payments has no secret");
    }

    @Test
    void fileThatIsMissingRefusesToStart() {
        AccessConfig config = Settings.of(AccessConfig.class, "access.clients-file", folder.resolve("nowhere").toString());

        assertThatThrownBy(() -> new ConfiguredClients(config, Map.of(), null)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ACCESS_CLIENTS_FILE").hasMessageContaining("nowhere");
    }

    @Test
    void whoeverListsTheConfigurationIsToldNoSecret() {
        SmallRyeConfig config = config(Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET, "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api",
                "ACCESS_CLIENTS_PAYMENTS_API_SECRET", SECRET + 1, "ACCESS_CLIENTS__A_B__SECRET", SECRET + 2,
                "ACCESS_CLIENTS_WEB_SECRET_0_", SECRET + 3, "ACCESS_CLIENTS_WEB_SCOPES", "api"));

        List<String> names = new ArrayList<>();
        config.getPropertyNames().forEach(names::add);
        assertThat(names).contains("ACCESS_CLIENTS_PAYMENTS_SCOPES").allSatisfy(name -> {
            String value;
            try {
                value = config.getConfigValue(name).getValue();
            } catch (SecurityException e) {
                value = "locked";
            }
            assertThat(value).as(name).isNotNull().doesNotContain("s3cr3t");
        });
        assertThat(config.getConfigMapping(AccessConfig.class).clients().get("payments").secret()).hasValueSatisfying(
                secrets -> assertThat(secrets).containsExactly(SECRET));
    }
}
