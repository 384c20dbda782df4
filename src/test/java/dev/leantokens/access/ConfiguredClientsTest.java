package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.access.CertificatePattern.Names;
import dev.leantokens.issuer.IssuerSettings;
import dev.leantokens.issuer.TokenVerifier;
import dev.leantokens.settings.LiteralSecrets;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

class ConfiguredClientsTest {

    private static final String SECRET = "kQ7s3cr3tkQ7s3cr3tkQ7s3cr3t";

    private static final TokenConfig TOKENS = Settings.of(TokenConfig.class);

    private static final Function<List<IssuerSettings>, TokenVerifier> NO_ISSUERS = issuers -> {
        throw new AssertionError("without issuers, nothing is verified");
    };

    @TempDir
    Path folder;

    /** Clients of an application with these environment variables. */
    private static ConfiguredClients ofVariables(Map<String, String> environment) {
        return ofVariables(environment, false);
    }

    private static ConfiguredClients ofVariables(Map<String, String> environment, boolean callersHaveCertificates) {
        return new ConfiguredClients(config(environment).getConfigMapping(AccessConfig.class), TOKENS, callersHaveCertificates,
                environment, NO_ISSUERS, null);
    }

    private static SmallRyeConfig config(Map<String, String> environment) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withMapping(AccessConfig.class).withSources(new EnvConfigSource(environment, 300));
        ClientSecretKeysCustomizer.mark(builder, environment.keySet());
        new LiteralSecrets().configBuilder(builder);
        return builder.build();
    }

    @Test
    void clientsAreReadFromVariables() {
        LocalClients clients = ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET + ",another-secret-of-payments",
                "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,customer.*")).current().clients();

        assertThat(clients.find("payments", SECRET)).isPresent();
        assertThat(clients.find("payments", "another-secret-of-payments")).isPresent();
        assertThat(clients.size()).isEqualTo(1);
    }

    @Test
    void idOfSeveralWordsHasHyphens() {
        LocalClients clients = ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_API_V2_SECRET", SECRET,
                "ACCESS_CLIENTS_PAYMENTS_API_V2_SCOPES", "api", "ACCESS_CLIENTS_WEB_SECRET", "secret-of-web-secret",
                "ACCESS_CLIENTS_WEB_SCOPES", "api")).current().clients();

        assertThat(clients.find("payments-api-v2", SECRET)).isPresent();
        assertThat(clients.find("web", "secret-of-web-secret")).isPresent();
        assertThat(clients.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({ "PAYMENTS, payments", "PAYMENTS_API_V2, payments-api-v2" })
    void clientCanHaveACertificateInPlaceOfASecret(String variable, String id) {
        Map<String, String> environment = Map.of("ACCESS_CLIENTS_" + variable + "_CERTIFICATE", " spiffe://prod/ns/payments/* ",
                "ACCESS_CLIENTS_" + variable + "_SCOPES", "api");
        Names names = new Names(List.of("spiffe://prod/ns/payments/web"), List.of());

        LocalClients clients = ofVariables(environment, true).current().clients();

        assertThat(clients.find(names)).extracting(LocalClient::id).containsExactly(id);
        assertThat(clients.haveCertificates()).isTrue();
        assertThatThrownBy(() -> ofVariables(environment, false)).isInstanceOf(ConfigurationException.class)
                .hasMessage("ACCESS_CLIENTS: local client " + id
                        + " authenticates by certificate, but TLS_CLIENT_CA is not set, so callers present none");
    }

    @ParameterizedTest
    @ValueSource(strings = { "PAYMENTS", "PAYMENTS_API" })
    void secretOfAVariableIsReadLiterally(String id) {
        String odd = "a\\b$$\\$\\\\${HOME}-s3cr3t";
        LocalClients clients = ofVariables(Map.of("ACCESS_CLIENTS_" + id + "_SECRET", "\uFEFF" + odd + ",\\another-secret\\",
                "ACCESS_CLIENTS_" + id + "_SCOPES", "api", "HOME", "/root")).current().clients();

        assertThat(clients.find(odd)).isPresent();
        assertThat(clients.find("\\another-secret\\")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = { "PAYMENTS", "PAYMENTS_API" })
    void damagedSecretStopsTheStart(String id) {
        assertThatThrownBy(() -> ofVariables(Map.of("ACCESS_CLIENTS_" + id + "_SECRET", "s3cr3t\uFFFD\uFFFD",
                "ACCESS_CLIENTS_" + id + "_SCOPES", "api"))).hasMessageContaining("LANG=C.UTF-8")
                .hasMessageNotContaining("s3cr3t");
    }

    @Test
    void defaultScopeIsReadForIdsOfOneAndSeveralWords() {
        LocalClients clients = ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_API_SECRET", SECRET,
                "ACCESS_CLIENTS_PAYMENTS_API_SCOPES", "api,customer.*", "ACCESS_CLIENTS_PAYMENTS_API_DEFAULT_SCOPE",
                "customer.1",
                "ACCESS_CLIENTS_WEB_SECRET", "secret-of-web-secret", "ACCESS_CLIENTS_WEB_SCOPES", "api",
                "ACCESS_CLIENTS_WEB_DEFAULT_SCOPE", "api")).current().clients();

        assertThat(clients.find("payments-api", SECRET).orElseThrow().defaultScope()).contains(Scope.parse("customer.1"));
        assertThat(clients.find("web", "secret-of-web-secret").orElseThrow().defaultScope()).contains(Scope.parse("api"));
        assertThat(clients.size()).isEqualTo(2);
    }

    @Test
    void emptyDefaultScopeCountsAsNotSet() {
        LocalClients clients = ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_API_SECRET", SECRET,
                "ACCESS_CLIENTS_PAYMENTS_API_SCOPES", "api", "ACCESS_CLIENTS_PAYMENTS_API_DEFAULT_SCOPE", "",
                "ACCESS_CLIENTS_WEB_SECRET", "secret-of-web-secret", "ACCESS_CLIENTS_WEB_SCOPES", "api",
                "ACCESS_CLIENTS_WEB_DEFAULT_SCOPE", "")).current().clients();

        assertThat(clients.find("payments-api", SECRET).orElseThrow().defaultScope()).isEmpty();
        assertThat(clients.find("web", "secret-of-web-secret").orElseThrow().defaultScope()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "api            | *            | payments   | default scope that TOKEN_SCOPES (api) does not allow",
            "api            | api          | payments   | default scope that it may not have: its scopes are api",
            "api            | api          | a b        | default scope that is not one scope",
            "api,customer.* | customer.*   | customer.* | default scope that it may not have: its scopes are customer.*",
            "api            | api,payments |            | may have payments, and TOKEN_SCOPES (api) allows no such scope",
            "a.*,*.b        | x.y*         |            | may have x.y*, and TOKEN_SCOPES (a.*,*.b) allows no such scope",
    })
    void scopeThatIsNeverIssuedStopsTheStart(String issued, String scopes, String defaultScope, String reason)
            throws IOException {
        TokenConfig tokens = Settings.of(TokenConfig.class, "token.scopes", issued);
        Map<String, String> client = new HashMap<>(Map.of("secret", SECRET, "scopes", scopes));
        if (defaultScope != null) {
            client.put("default-scope", defaultScope);
        }
        Path file = Files.writeString(folder.resolve("clients"), client.entrySet().stream()
                .map(setting -> "payments." + setting.getKey() + "=" + setting.getValue()).collect(Collectors.joining("\n")));

        for (AccessConfig config : List.of(
                Settings.of(AccessConfig.class, client.entrySet().stream().flatMap(
                        setting -> Stream.of("access.clients.payments." + setting.getKey(), setting.getValue()))
                        .toArray(String[]::new)),
                Settings.of(AccessConfig.class, "access.clients-file", file.toString()))) {
            assertThatThrownBy(() -> new ConfiguredClients(config, tokens, false, Map.of(), NO_ISSUERS, null))
                    .isInstanceOf(ConfigurationException.class).hasMessageContaining("local client payments")
                    .hasMessageContaining(reason).hasMessageNotContaining(SECRET);
        }
    }

    @Test
    void clientsOfTheFileAreAdded() throws IOException {
        Path file = Files.writeString(folder.resolve("clients"), "agents.secret=secret-of-agents-secret\nagents.scopes=api\n");
        AccessConfig config = Settings.of(AccessConfig.class, "access.clients-file", file.toString(),
                "access.clients.payments.secret", SECRET, "access.clients.payments.scopes", "api");

        LocalClients clients = new ConfiguredClients(config, TOKENS, false, Map.of(), NO_ISSUERS, null).current().clients();

        assertThat(clients.size()).isEqualTo(2);
        assertThat(clients.find("agents", "secret-of-agents-secret")).isPresent();
    }

    @Test
    void clientInBothPlacesStopsTheStart() throws IOException {
        Path file = Files.writeString(folder.resolve("clients"),
                "payments.secret=secret-of-agents-secret\npayments.scopes=api\n");
        AccessConfig config = Settings.of(AccessConfig.class, "access.clients-file", file.toString(),
                "access.clients.payments.secret", SECRET, "access.clients.payments.scopes", "api");

        assertThatThrownBy(() -> new ConfiguredClients(config, TOKENS, false, Map.of(), NO_ISSUERS, null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("payments is configured twice");
    }

    @Test
    void incompleteClientStopsTheStart() {
        assertThatThrownBy(() -> ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_API_SECRET", SECRET)))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("local client payments-api has no scopes")
                .hasMessageNotContaining(SECRET);
        assertThatThrownBy(() -> ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_SCOPES", "api")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("local client payments has neither a secret nor a certificate");
    }

    /**
     * A client with all other settings would have other scopes than its operator thinks, or none of its callers would get in.
     */
    @ParameterizedTest
    @ValueSource(strings = { "ACCESS_CLIENTS_PAYMENTS_SCOPE", "ACCESS_CLIENTS_PAYMENTS_CERTIFICATES",
            "ACCESS_CLIENTS_PAYMENTS_API_SECRETS", "ACCESS_CLIENTS__SECRET", "ACCESS_CLIENTS_SECRET", "ACCESS_CLIENTS_",
            "ACCESS_CLIENTS_PAYMENTS_", "ACCESS_CLIENTS_A__B_SECRET", "ACCESS_CLIENTS__A_B__SECRET",
            "ACCESS_CLIENTS_A_b_SECRET",
            // SmallRye Config reads entries of lists for ids of one word only.
            "ACCESS_CLIENTS_A_B_SCOPES_0_" })
    void variableThatIsNoSettingStopsTheStart(String name) {
        assertThatThrownBy(() -> ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET,
                "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api", name, "s3cr3t-value-of-0123456789")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("ACCESS_CLIENTS: " + name + " is no setting of a local client")
                .hasMessageNotContaining("s3cr3t");
    }

    @Test
    void variablesOfAServiceWithASimilarNameAreIgnored() {
        LocalClients clients = ofVariables(Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET_0_", SECRET,
                "ACCESS_CLIENTS_PAYMENTS_SCOPES_0_", "api", "ACCESS_CLIENTS_DB_SERVICE_HOST", "10.0.0.1",
                "ACCESS_CLIENTS_DB_PORT", "tcp://10.0.0.1:80", "ACCESS_CLIENTS_DB_PORT_80_TCP", "tcp://10.0.0.1:80",
                "ACCESS_ISSUERS_SERVICE_PORT", "80")).current().clients();

        assertThat(clients.find("payments", SECRET)).isPresent();
        assertThat(clients.size()).isEqualTo(1);
    }

    @Test
    void missingFileStopsTheStart() {
        AccessConfig config = Settings.of(AccessConfig.class, "access.clients-file", folder.resolve("nowhere").toString());

        assertThatThrownBy(() -> new ConfiguredClients(config, TOKENS, false, Map.of(), NO_ISSUERS, null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ACCESS_CLIENTS_FILE").hasMessageContaining("nowhere");
    }

    @Test
    void secretsAreHiddenFromListsOfTheConfiguration() {
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
        assertThat(config.getConfigMapping(AccessConfig.class).clients().get("payments").secret())
                .contains(SECRET);
    }

    @Test
    void issuersOfSettingsAndOfTheFileAreTrustedTogether() throws IOException {
        Path file = Files.writeString(folder.resolve("clients"), """
                agents.secret=secret-of-agents-secret
                agents.scopes=api
                issuers.ci.issuer=https://ci.example.com
                issuers.ci.audience=lean-tokens
                issuers.ci.scopes=api
                """);
        AccessConfig config = Settings.of(AccessConfig.class, "access.clients-file", file.toString(),
                "access.issuers.idp.issuer", "https://idp.example.com", "access.issuers.idp.audience", "lean-tokens",
                "access.issuers.idp.scopes", "customer.{lean_customer}");
        List<String> ids = new ArrayList<>();

        KnownCallers known = new ConfiguredClients(config, TOKENS, false, Map.of(), issuers -> {
            issuers.forEach(issuer -> ids.add(issuer.id()));
            return new FakeIssuers();
        }, null).current();

        assertThat(ids).containsExactly("idp", "ci");
        assertThat(known.issuers()).isPresent();
        assertThat(known.trusted().stream().map(IssuerSettings::issuer)).containsExactly("https://idp.example.com",
                "https://ci.example.com");
        assertThat(known.clients().find("secret-of-agents-secret")).isPresent();
    }

    @Test
    void invalidIssuerStopsTheStart() {
        assertThatThrownBy(() -> ofVariables(Map.of("ACCESS_ISSUERS_IDP_ISSUER", "https://idp.example.com")))
                .isInstanceOf(ConfigurationException.class).hasMessageStartingWith("ACCESS_ISSUERS: ")
                .hasMessageContaining("idp").hasMessageContaining("audience");
    }

    @Test
    void scopeOfAnIssuerThatIsNeverIssuedStopsTheStart() {
        TokenConfig tokens = Settings.of(TokenConfig.class, "token.scopes", "api");
        AccessConfig config = Settings.of(AccessConfig.class, "access.issuers.idp.issuer", "https://idp.example.com",
                "access.issuers.idp.audience", "lean-tokens", "access.issuers.idp.scopes", "customer.{lean_customer}");

        assertThatThrownBy(() -> new ConfiguredClients(config, tokens, false, Map.of(), NO_ISSUERS, null))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("issuer idp")
                .hasMessageContaining("TOKEN_SCOPES");
    }

    @Test
    void faultThatTheVerifierFindsIsOneOfIssuers() {
        AccessConfig config = Settings.of(AccessConfig.class, "access.issuers.idp.issuer", "https://idp.example.com",
                "access.issuers.idp.audience", "lean-tokens", "access.issuers.idp.scopes", "api");

        assertThatThrownBy(() -> new ConfiguredClients(config, TOKENS, false, Map.of(), issuers -> {
            throw new IllegalArgumentException("issuer idp: the file that jwks-file names does not exist");
        }, null)).isInstanceOf(ConfigurationException.class)
                .hasMessage("ACCESS_ISSUERS: issuer idp: the file that jwks-file names does not exist");
    }

    /** SmallRye Config reads the variables for the id in lower case, so the property's claim would count for no token. */
    @ParameterizedTest
    @CsvSource({ "IDP, IDP", "K8s, K8S" })
    void issuersWhoseVariablesHaveTheSameNamesStopTheStart(String id, String words) {
        Map<String, String> environment = Map.of("ACCESS_ISSUERS_" + words + "_ISSUER", "https://idp.example.com",
                "ACCESS_ISSUERS_" + words + "_AUDIENCE", "lean-tokens", "ACCESS_ISSUERS_" + words + "_SCOPES", "api");
        AccessConfig config = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withMapping(AccessConfig.class)
                .withSources(new EnvConfigSource(environment, 300),
                        new PropertiesConfigSource(Map.of("access.issuers." + id + ".claims.sub", "amina"), "file", 250))
                .build().getConfigMapping(AccessConfig.class);

        assertThatThrownBy(
                () -> new ConfiguredClients(config, TOKENS, false, environment, issuers -> new FakeIssuers(), null))
                .isInstanceOf(ConfigurationException.class).hasMessageStartingWith("ACCESS_ISSUERS: ")
                .hasMessageContaining(id);
    }

    @Test
    void idsThatVariablesCannotTellApartStopTheStart() throws IOException {
        Path file = Files.writeString(folder.resolve("clients"),
                "issuers.my_idp.issuer=https://a.example\nissuers.my_idp.audience=a\nissuers.my_idp.scopes=api\n");
        AccessConfig config = Settings.of(AccessConfig.class, "access.clients-file", file.toString(),
                "access.issuers.my-idp.issuer", "https://b.example", "access.issuers.my-idp.audience", "lean-tokens",
                "access.issuers.my-idp.scopes", "api");

        assertThatThrownBy(() -> new ConfiguredClients(config, TOKENS, false, Map.of(), NO_ISSUERS, null))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("my-idp and my_idp");
    }
}
