package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;

class LeanAccountTest {

    @ParameterizedTest
    @CsvSource({
            "production-uae, https://auth.leantech.me",
            "production-ksa, https://auth.sa.leantech.me",
            "sandbox-uae,    https://auth.sandbox.leantech.me",
            "sandbox-ksa,    https://auth.sandbox.sa.leantech.me",
    })
    void environmentSelectsTheHost(String environment, URI url) {
        assertThat(account(environment, null, null, null, null).url()).isEqualTo(url);
    }

    @ParameterizedTest
    @CsvSource({
            "https://lean.example,           https://lean.example",
            "HTTPS://lean.example,           https://lean.example",
            "Https://lean.example:8443/X,    https://lean.example:8443/X",
            "HTTP://lean.example,            http://lean.example",
            "https://lean.example/,          https://lean.example",
            "http://localhost:8081/lean/,    http://localhost:8081/lean",
            "HTTPS://lean.example:8443,      HTTPS://lean.example:8443",
            "https://lean.example//,         https://lean.example",
            "https://lean.example/oauth2,    https://lean.example/oauth2",
            "https://lean.example/token,     https://lean.example/token",
    })
    void urlReplacesTheEnvironment(String configured, URI url) {
        assertThat(account(configured, null, null, null).url()).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(strings = { "lean.example", "ftp://lean.example", "https:///path", "https://user:s3cr3t@lean.example",
            "https://us^er:s3cr3t@lean.example", "https://s3cr3t%@lean.example", "https://lean.example:65536",
            "https://lean.example?x=1", "https://lean.example#x", "mailto:x@y" })
    void invalidUrlPreventsStart(String url) {
        assertThatThrownBy(() -> account(url, null, null, null)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LEAN_URL").message().doesNotContain("s3cr3t");
    }

    /** The path of the endpoint would be appended twice. */
    @ParameterizedTest
    @ValueSource(strings = { "https://lean.example/oauth2/token", "https://lean.example/oauth2/token/",
            "https://lean.example/oauth2/token//", "https://lean.example//oauth2//token", "https://lean.example/x/oauth2/token",
            "https://lean.example/OAuth2/Token", "https://lean.example/oauth2/%74oken", "https://lean.example/oauth2/./token",
            "https://lean.example/.well-known/oauth-authorization-server",
            "https://lean.example/.well-known/openid-configuration" })
    void urlOfAnEndpointPreventsStart(String url) {
        assertThatThrownBy(() -> account(url, null, null, null)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LEAN_URL").hasMessageContaining("authorization host").message()
                .doesNotContain("lean.example");
    }

    @Test
    void idAndSecretAreTheServicesCredentials() {
        LeanAccount account = account(null, "id", "secret", null);

        assertThat(account.clientId()).contains("id");
        assertThat(account.key()).isEqualTo("secret");
        assertThat(account.keyFile()).isEmpty();
    }

    @Test
    void withoutIdAndSecretTheServiceHasNoCredentials() {
        assertThat(account(null, null, null, null).clientId()).isEmpty();
    }

    @Test
    void surroundingWhiteSpaceIsDropped() {
        assertThat(account(null, " id\n", "\tsecret\n", null).clientId()).contains("id");
        assertThat(account(null, " id\n", "\tsecret\n", null).key()).isEqualTo("secret");
        assertThat(account(null, " ", "\n", null).clientId()).isEmpty();
    }

    @Test
    void secretCanBeInAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), " se cret\n");

        LeanAccount account = account(null, "id", null, file);

        assertThat(account.key()).isEqualTo("se cret");
        assertThat(account.keyFile()).contains(file);
    }

    @Test
    void idWithoutSecretPreventsStart() {
        assertThatThrownBy(() -> account(null, "id", null, null)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LEAN_CLIENT_SECRET");
    }

    @Test
    void secretWithoutIdPreventsStart() {
        assertThatThrownBy(() -> account(null, null, "s3cr3t", null)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LEAN_CLIENT_ID").message().doesNotContain("s3cr3t");
    }

    @Test
    void secretInTwoPlacesPreventsStart(@TempDir Path folder) {
        assertThatThrownBy(() -> account(null, "id", "s3cr3t", folder.resolve("secret")))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("LEAN_CLIENT_SECRET_FILE");
    }

    @Test
    void missingOrEmptySecretFilePreventsStart(@TempDir Path folder) throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "\n");

        assertThatThrownBy(() -> account(null, "id", null, folder.resolve("missing")))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("missing");
        assertThatThrownBy(() -> account(null, "id", null, empty))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("empty");
    }

    @ParameterizedTest
    @CsvSource({
            "private-key-jwt,     lean.client-id=x,                                     LEAN_PRIVATE_KEY_FILE",
            "private-key-jwt,     lean.private-key-file=/nowhere,                       LEAN_CLIENT_ID",
            "private-key-jwt,     lean.client-id=x lean.private-key-file=/nowhere,      LEAN_PRIVATE_KEY_FILE names does not exist",
            "private-key-jwt,     lean.client-id=x lean.client-secret=s3cr3t,           LEAN_CLIENT_SECRET is set",
            "private-key-jwt,     lean.client-id=x lean.client-secret-file=/nowhere,    LEAN_CLIENT_SECRET_FILE is set",
            "tls-client-auth,     ,                                                     LEAN_CLIENT_ID",
            "tls-client-auth,     lean.client-id=x lean.client-secret=s3cr3t,           LEAN_CLIENT_SECRET is set",
            "tls-client-auth,     lean.client-id=x lean.private-key-file=/nowhere,      LEAN_PRIVATE_KEY_FILE is set",
            "client-secret-post,  lean.client-id=x lean.private-key-file=/nowhere,      LEAN_PRIVATE_KEY_FILE is set",
            "client-secret-basic, lean.private-key-file=/nowhere,                       LEAN_PRIVATE_KEY_FILE is set",
    })
    void missingOrUnusedSettingOfTheMethodPreventsStart(String method, String settings, String message) {
        List<String> properties = new ArrayList<>(List.of("lean.client-authentication", method));
        if (settings != null) {
            Stream.of(settings.split(" ")).forEach(setting -> properties.addAll(List.of(setting.split("="))));
        }

        assertThatThrownBy(() -> LeanAccount.of(Settings.of(LeanConfig.class, properties.toArray(String[]::new))))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining(message)
                .message().doesNotContain("s3cr3t");
    }

    @Test
    void certificateNeedsNoSecret() {
        LeanAccount account = LeanAccount.of(Settings.of(LeanConfig.class, "lean.client-authentication", "tls-client-auth",
                "lean.client-id", "id"));

        assertThat(account.clientId()).contains("id");
        assertThat(account.key()).isEmpty();
    }

    @Test
    void fingerprintDependsOnUrlAndIdOnly() {
        long fingerprint = account("https://lean.example.com", "an-id", "a-secret", null).fingerprint();

        assertThat(fingerprint).isBetween(0L, 0xFFFF_FFFFL)
                .isEqualTo(account("https://lean.example.com", "AN-ID", "another-secret", null).fingerprint())
                .isNotEqualTo(account("https://lean.example.com", "another-id", "a-secret", null).fingerprint())
                .isNotEqualTo(account("https://other.example.com", "an-id", "a-secret", null).fingerprint());
    }

    private static LeanAccount account(String url, String id, String secret, Path file) {
        return account("production-uae", url, id, secret, file);
    }

    private static LeanAccount account(String environment, String url, String id, String secret, Path file) {
        List<String> properties = new ArrayList<>(List.of("lean.environment", environment));
        Stream.of(entry("lean.url", url), entry("lean.client-id", id), entry("lean.client-secret", secret),
                entry("lean.client-secret-file", file)).filter(entry -> entry.getValue() != null)
                .forEach(entry -> properties.addAll(List.of(entry.getKey(), entry.getValue().toString())));
        return LeanAccount.of(Settings.of(LeanConfig.class, properties.toArray(String[]::new)));
    }

    private static Map.Entry<String, Object> entry(String name, Object value) {
        return new SimpleImmutableEntry<>(name, value);
    }
}
