package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.token.ClientCredentials;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.MemorySize;

class LeanAccountTest {

    @ParameterizedTest
    @CsvSource({
            "PRODUCTION_UAE, https://auth.leantech.me",
            "PRODUCTION_KSA, https://auth.sa.leantech.me",
            "SANDBOX_UAE,    https://auth.sandbox.leantech.me",
            "SANDBOX_KSA,    https://auth.sandbox.sa.leantech.me",
    })
    void environmentNamesTheHost(LeanEnvironment environment, URI url) {
        assertThat(LeanAccount.of(config(environment, null, null, null, null)).url()).isEqualTo(url);
    }

    @ParameterizedTest
    @CsvSource({
            "https://lean.example,           https://lean.example",
            "https://lean.example/,          https://lean.example",
            "http://localhost:8081/lean/,    http://localhost:8081/lean",
            "HTTPS://lean.example:8443,      HTTPS://lean.example:8443",
    })
    void urlTakesTheEnvironmentsPlace(String configured, URI url) {
        assertThat(account(configured, null, null, null).url()).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(strings = { "lean.example", "ftp://lean.example", "https:///path", "https://user:s3cr3t@lean.example",
            "https://lean.example?x=1", "https://lean.example#x", "mailto:x@y" })
    void urlThatIsNoHostRefusesToStart(String url) {
        assertThatThrownBy(() -> account(url, null, null, null)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LEAN_URL").message().doesNotContain("s3cr3t");
    }

    @Test
    void idAndSecretAreTheServicesCredentials() {
        assertThat(account(null, "id", "secret", null).credentials()).contains(new ClientCredentials("id", "secret"));
    }

    @Test
    void withoutIdAndSecretThereAreNoCredentials() {
        assertThat(account(null, null, null, null).credentials()).isEmpty();
    }

    @Test
    void whiteSpaceAroundThemIsDropped() {
        assertThat(account(null, " id\n", "\tsecret\n", null).credentials()).contains(new ClientCredentials("id", "secret"));
        assertThat(account(null, " ", "\n", null).credentials()).isEmpty();
    }

    @Test
    void secretCanBeInAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), " se cret\n");

        assertThat(account(null, "id", null, file).credentials()).contains(new ClientCredentials("id", "se cret"));
    }

    @Test
    void idWithoutSecretRefusesToStart() {
        assertThatThrownBy(() -> account(null, "id", null, null)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LEAN_CLIENT_SECRET");
    }

    @Test
    void secretWithoutIdRefusesToStart() {
        assertThatThrownBy(() -> account(null, null, "s3cr3t", null)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LEAN_CLIENT_ID").message().doesNotContain("s3cr3t");
    }

    @Test
    void secretInTwoPlacesRefusesToStart(@TempDir Path folder) {
        assertThatThrownBy(() -> account(null, "id", "s3cr3t", folder.resolve("secret")))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("LEAN_CLIENT_SECRET_FILE");
    }

    @Test
    void secretFileThatIsMissingOrEmptyRefusesToStart(@TempDir Path folder) throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "\n");

        assertThatThrownBy(() -> account(null, "id", null, folder.resolve("missing")))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("missing");
        assertThatThrownBy(() -> account(null, "id", null, empty))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("empty");
    }

    private static LeanAccount account(String url, String id, String secret, Path file) {
        return LeanAccount.of(config(LeanEnvironment.PRODUCTION_UAE, url, id, secret, file));
    }

    private static LeanConfig config(LeanEnvironment environment, String url, String id, String secret, Path file) {
        return new ExplicitLeanConfig(environment, Optional.ofNullable(url).map(URI::create), Optional.ofNullable(id),
                Optional.ofNullable(secret), Optional.ofNullable(file), LeanConfig.ClientAuthentication.CLIENT_SECRET_POST,
                Duration.ofSeconds(1), Duration.ofSeconds(3), new MemorySize(java.math.BigInteger.valueOf(65536)), 100);
    }

    private record ExplicitLeanConfig(LeanEnvironment environment, Optional<URI> url, Optional<String> clientId,
            Optional<String> clientSecret, Optional<Path> clientSecretFile, ClientAuthentication clientAuthentication,
            Duration connectTimeout, Duration requestTimeout, MemorySize maxResponseSize, int maxConnections)
            implements
                LeanConfig {
    }
}
