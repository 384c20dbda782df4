package dev.leantokens.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.settings.LiteralSecrets;
import dev.leantokens.testing.Certificates;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.PropertyName;
import io.smallrye.config.SecretKeys;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;

class TlsSettingsTest {

    private static final String PASSWORD = "passw0rd-never-to-be-seen";

    private static final Certificates.Authority AUTHORITY = new Certificates.Authority("authority");

    @TempDir
    static Path folder;

    @BeforeAll
    static void writeFiles() {
        Certificates.Identity server = AUTHORITY.issue("server", "localhost");
        Certificates.write(folder.resolve("ca.pem"), AUTHORITY.pem());
        Certificates.write(folder.resolve("server.pem"), server.certificatePem());
        Certificates.write(folder.resolve("server.key"), server.keyPem());
        Certificates.write(folder.resolve("other.key"), AUTHORITY.issue("other").keyPem());
        Certificates.write(folder.resolve("marked.pem"), "\uFEFF" + server.certificatePem());
        Certificates.write(folder.resolve("marked.key"), "\uFEFF" + server.keyPem());
        Certificates.write(folder.resolve("text"), "neither");
        Certificates.write(folder.resolve("broken.pem"), Certificates.pem("CERTIFICATE", new byte[] { 1, 2, 3 }));
        server.writePkcs12(folder.resolve("server.p12"), PASSWORD);
    }

    /** Set by environment variables, in which names of files are those of the temporary folder, and by properties. */
    private static SmallRyeConfig config(Map<String, String> variables, Map<String, String> properties) {
        Map<String, String> environment = new HashMap<>();
        variables.forEach((name, value) -> environment.put(name,
                value.matches(".*\\.(pem|key|p12)|text|missing") ? folder.resolve(value).toString() : value));
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new EnvConfigSource(environment, 300), new PropertiesConfigSource(properties, "test", 250))
                .withSources(new TlsShorthandConfigSourceFactory())
                .withCustomizers(new TlsSecretKeysCustomizer(), new LiteralSecrets())
                .build();
    }

    private static String value(SmallRyeConfig config, String property) {
        return SecretKeys.doUnlocked(() -> config.getConfigValue(property).getValue());
    }

    @ParameterizedTest
    @EnumSource
    void passwordIsReadLiterally(TlsBucket bucket) {
        String password = "pa$$w\\${x}rd${nope}\\";
        AUTHORITY.issue("server", "localhost").writePkcs12(folder.resolve("odd.p12"), password);
        String prefix = bucket == TlsBucket.LEAN ? "LEAN_TLS_" : "TLS_";

        SmallRyeConfig config = config(Map.of(prefix + "KEY_STORE", "odd.p12", prefix + "KEY_STORE_PASSWORD", password),
                Map.of());

        assertThat(value(config, "quarkus.tls." + bucket.registryName() + ".key-store.p12.password")).isEqualTo(password);
    }

    @Test
    void damagedPasswordIsNotTranslated() {
        SmallRyeConfig config = config(Map.of("TLS_KEY_STORE", "server.p12", "TLS_KEY_STORE_PASSWORD", PASSWORD + "\uFFFD"),
                Map.of());

        assertThat(config.getPropertyNames()).noneMatch(name -> name.startsWith("quarkus"));
    }

    @Test
    void certificateForCallersMakesBothPortsServeTlsOnly() {
        SmallRyeConfig config = config(
                Map.of("TLS_CERTIFICATE", "server.pem", "TLS_KEY", "server.key", "TLS_CLIENT_CA", "ca.pem"),
                Map.of("quarkus.http.port", "1234"));

        assertThat(value(config, "quarkus.tls.callers.key-store.pem.0.cert")).endsWith("/server.pem");
        assertThat(value(config, "quarkus.tls.callers.key-store.pem.0.key")).endsWith("/server.key");
        assertThat(value(config, "quarkus.tls.callers.trust-store.pem.certs")).endsWith("/ca.pem");
        assertThat(value(config, "quarkus.http.tls-configuration-name")).isEqualTo("callers");
        assertThat(value(config, "quarkus.http.insecure-requests")).isEqualTo("disabled");
        assertThat(value(config, "quarkus.http.ssl-port")).isEqualTo("1234");
        assertThat(config.getPropertyNames()).noneMatch(name -> name.startsWith("quarkus.tls.lean"));
    }

    @Test
    void keyStoreForLeanChangesNothingForCallers() {
        SmallRyeConfig config = config(Map.of("LEAN_TLS_KEY_STORE", "server.p12", "LEAN_TLS_KEY_STORE_PASSWORD", PASSWORD,
                "LEAN_TLS_CA", "ca.pem"), Map.of());

        assertThat(value(config, "quarkus.tls.lean.key-store.p12.path")).endsWith("/server.p12");
        assertThat(value(config, "quarkus.tls.lean.key-store.p12.password")).isEqualTo(PASSWORD);
        assertThat(value(config, "quarkus.tls.lean.trust-store.pem.certs")).endsWith("/ca.pem");
        assertThat(config.getPropertyNames()).noneMatch(name -> name.startsWith("quarkus.http"));
    }

    @Test
    void quarkusPropertiesTakePrecedence() {
        SmallRyeConfig config = config(Map.of("TLS_CERTIFICATE", "server.pem", "TLS_KEY", "server.key"),
                Map.of("quarkus.http.ssl-port", "8443", "quarkus.tls.callers.key-store.pem.0.cert", "/another"));

        assertThat(value(config, "quarkus.http.ssl-port")).isEqualTo("8443");
        assertThat(value(config, "quarkus.tls.callers.key-store.pem.0.cert")).isEqualTo("/another");
    }

    @Test
    void emptySettingsCountAsNotSet() {
        SmallRyeConfig config = config(Map.of("TLS_CERTIFICATE", "", "TLS_KEY", "", "TLS_CLIENT_CA", "", "LEAN_TLS_CA", "",
                "LEAN_TLS_KEY_STORE_PASSWORD", ""), Map.of());

        assertThat(config.getPropertyNames()).noneMatch(name -> name.startsWith("quarkus"));
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                arguments(Map.of("CERTIFICATE", "server.pem"), "_CERTIFICATE is set without .*_KEY"),
                arguments(Map.of("KEY", "server.key"), "_KEY is set without .*_CERTIFICATE"),
                arguments(Map.of("CERTIFICATE", "server.pem", "KEY", "server.key", "KEY_STORE", "server.p12",
                        "KEY_STORE_PASSWORD", PASSWORD), "_KEY_STORE is set as well as .*_CERTIFICATE or .*_KEY"),
                arguments(Map.of("KEY_STORE", "server.p12"), "_KEY_STORE is set without .*_KEY_STORE_PASSWORD"),
                arguments(Map.of("KEY_STORE_PASSWORD", PASSWORD), "_KEY_STORE_PASSWORD is set without .*_KEY_STORE"),
                arguments(Map.of("KEY_STORE", "server.p12", "KEY_STORE_PASSWORD", "wrong"),
                        "_KEY_STORE: .*server.p12 is not a PKCS#12 key store, or .*_KEY_STORE_PASSWORD is wrong"),
                arguments(Map.of("KEY_STORE", "server.pem", "KEY_STORE_PASSWORD", PASSWORD), "server.pem is not a PKCS#12"),
                arguments(Map.of("CERTIFICATE", "missing", "KEY", "server.key"),
                        "the file that .*_CERTIFICATE names .*missing. does not exist"),
                arguments(Map.of("CERTIFICATE", "server.pem", "KEY", "-----BEGIN PRIVATE KEY----- " + PASSWORD),
                        "_KEY must be the path of a file, not its content"),
                arguments(Map.of("CERTIFICATE", "text", "KEY", "server.key"),
                        "_CERTIFICATE: .*text has no certificates in PEM"),
                arguments(Map.of("CERTIFICATE", "server.key", "KEY", "server.key"),
                        "_CERTIFICATE: .*server.key has no certificates in PEM"),
                arguments(Map.of("CERTIFICATE", "broken.pem", "KEY", "server.key"),
                        "_CERTIFICATE: .*broken.pem has no certificates in PEM"),
                arguments(Map.of("CERTIFICATE", "server.pem", "KEY", "server.pem"),
                        "_KEY: .*server.pem has no private key in PEM.*"),
                arguments(Map.of("CERTIFICATE", "server.pem", "KEY", "text"), "_KEY: .*text has no private key in PEM.*"),
                arguments(Map.of("CERTIFICATE", "marked.pem", "KEY", "server.key"),
                        "_CERTIFICATE: .*marked.pem starts with a byte order mark.*"),
                arguments(Map.of("CERTIFICATE", "server.pem", "KEY", "marked.key"),
                        "_KEY: .*marked.key starts with a byte order mark.*"),
                arguments(Map.of("CERTIFICATE", "server.pem", "KEY", "other.key"),
                        "_KEY: .*other.key does not belong to the certificate in .*server.pem"));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void invalidSettingsAreRejectedByNameAndNotTranslated(Map<String, String> settings, String message) {
        for (TlsBucket bucket : TlsBucket.values()) {
            Map<String, String> variables = new HashMap<>();
            String prefix = bucket == TlsBucket.LEAN ? "LEAN_TLS_" : "TLS_";
            settings.forEach((name, value) -> variables.put(prefix + name, value));
            SmallRyeConfig config = config(variables, Map.of());

            assertThatThrownBy(() -> TlsRules.check(TlsSettings.of(bucket, name -> value(config, name))))
                    .isInstanceOf(ConfigurationException.class).hasMessageMatching("(?s).*" + message + ".*")
                    .hasMessageContaining(prefix).hasMessageNotContaining(PASSWORD);
            assertThat(config.getPropertyNames()).noneMatch(name -> name.startsWith("quarkus"));
            assertThat(config.getConfigValue(TlsShorthandConfigSourceFactory.PROBLEM).getValue()).as("for the start")
                    .matches("(?s).*" + message + ".*");
        }
    }

    static Stream<Arguments> bundles() {
        Certificates.Authority authority = new Certificates.Authority("authority");
        Certificates.Identity ec = authority.issue("server", "localhost");
        Certificates.Identity rsa = authority.issueRsa("server", "localhost");
        String chain = ec.certificatePem() + authority.pem();
        return Stream.of(
                arguments("certificate first", ec.certificatePem() + ec.keyPem()),
                arguments("key first", ec.keyPem() + ec.certificatePem()),
                arguments("chain first", chain + ec.keyPem()),
                arguments("key before the chain", ec.keyPem() + chain),
                arguments("key within the chain", ec.certificatePem() + ec.keyPem() + authority.pem()),
                arguments("key in SEC 1, with its parameters", ec.traditionalKeyPem() + chain),
                arguments("RSA", rsa.keyPem() + rsa.certificatePem()),
                arguments("RSA in PKCS#1", rsa.certificatePem() + rsa.traditionalKeyPem()),
                arguments("attributes, as openssl pkcs12 writes them", "Bag Attributes\n    localKeyID: 01\n" + ec.keyPem()
                        + "Bag Attributes\nsubject=CN=server\n\n" + ec.certificatePem()),
                arguments("CRLF line ends", (ec.keyPem() + chain).replace("\n", "\r\n")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bundles")
    void keyAndCertificateCanShareAPemFile(String name, String pem) throws Exception {
        String bundle = Certificates.write(folder.resolve("bundle.pem"), pem).toString();
        for (TlsBucket bucket : TlsBucket.values()) {
            String prefix = bucket == TlsBucket.LEAN ? "LEAN_TLS_" : "TLS_";
            SmallRyeConfig config = config(Map.of(prefix + "CERTIFICATE", bundle, prefix + "KEY", bundle), Map.of());

            TlsRules.check(TlsSettings.of(bucket, property -> value(config, property)));
            assertThat(value(config, "quarkus.tls." + bucket.registryName() + ".key-store.pem.0.cert")).isEqualTo(bundle);
            assertThat(value(config, "quarkus.tls." + bucket.registryName() + ".key-store.pem.0.key")).isEqualTo(bundle);
        }
        Buffer content = Buffer.buffer(pem);
        assertThat(KeyPairs.verify(new PemKeyCertOptions().addCertValue(content).addKeyValue(content)))
                .as("as the registry reads")
                .singleElement().extracting(certificate -> certificate.getSubjectX500Principal().getName())
                .isEqualTo("CN=server");
    }

    @Test
    void authoritiesCanShareAPemFileWithAKey() {
        Certificates.Authority authority = new Certificates.Authority("authority");
        Certificates.write(folder.resolve("bundle.pem"), authority.issue("server").keyPem() + authority.pem());
        SmallRyeConfig config = config(Map.of("LEAN_TLS_CA", "bundle.pem"), Map.of());

        TlsRules.check(TlsSettings.of(TlsBucket.LEAN, name -> value(config, name)));
    }

    @Test
    void authoritiesForCallersNeedACertificateAndLeansDoNot() {
        SmallRyeConfig config = config(Map.of("TLS_CLIENT_CA", "ca.pem", "LEAN_TLS_CA", "ca.pem"), Map.of());

        assertThatThrownBy(() -> TlsRules.check(TlsSettings.of(TlsBucket.CALLERS, name -> value(config, name))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("TLS_CLIENT_CA is set without TLS_CERTIFICATE");
        TlsRules.check(TlsSettings.of(TlsBucket.LEAN, name -> value(config, name)));
    }

    @ParameterizedTest
    @EnumSource
    void passwordIsMarkedAsSecret(TlsBucket bucket) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
        new TlsSecretKeysCustomizer().configBuilder(builder);

        String property = bucket.property("key-store-password");
        assertThat(builder.getSecretKeys()).contains(PropertyName.name(property),
                PropertyName.name(TlsBucket.variable(property)),
                PropertyName.name("quarkus.tls." + bucket.registryName() + ".key-store.p12.password"));
    }
}
