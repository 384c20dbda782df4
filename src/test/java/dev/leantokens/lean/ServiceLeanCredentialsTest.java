package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.TokenKey;
import dev.leantokens.token.UpstreamTokenRequest;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;

/** Rotation of the secret while the service runs. {@code FileWatchTest} covers the polling of the file. */
class ServiceLeanCredentialsTest {

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private ServiceLeanCredentials credentials;

    @AfterEach
    void stop() {
        credentials.stop(null);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Otherwise any caller could obtain tokens by the service's certificate, which authenticates the connection. */
    @Test
    void callerWithTheIdOfTheCertificateIsRefusedBeforeAnyCall() {
        credentials = new ServiceLeanCredentials(account(), config("tls-client-auth"), vertx);
        assertThatThrownBy(() -> credentials.refuseIdProvedByCertificate(callers("SERVICE"))).isInstanceOfSatisfying(
                TokenException.class,
                refusal -> assertThat(refusal.error()).isEqualTo(TokenError.CALLER_REFUSED));
        assertThatCode(() -> credentials.refuseIdProvedByCertificate(callers("another"))).doesNotThrowAnyException();
        assertThatCode(() -> credentials.refuseIdProvedByCertificate(Requests.ofService(Requests.alone())))
                .doesNotThrowAnyException();

        credentials = new ServiceLeanCredentials(account(), config("client-secret-post"), vertx);
        assertThatCode(() -> credentials.refuseIdProvedByCertificate(callers("service"))).doesNotThrowAnyException();
    }

    private static LeanAccount account() {
        return LeanAccount.of(URI.create("https://localhost"), new ClientCredentials("service", "secret"));
    }

    private static LeanConfig config(String authentication) {
        return Settings.of(LeanConfig.class, "lean.client-authentication", authentication);
    }

    private static UpstreamTokenRequest callers(String id) {
        return Requests.ofCaller(id, "guessed", false, "192.0.2.1");
    }

    @Test
    void newSecretIsLoadedWhenLeanRefusesThePreviousOne() {
        Path file = secret("old\n");
        Optional<ServiceClient> refused = credentials.current();
        Certificates.write(file, "new\n");

        assertThat(reloadIfUnchanged(refused)).isTrue();
        assertThat(sent().clientSecret()).isEqualTo("new");
        assertThat(credentials.current()).isNotSameAs(refused).isNotEqualTo(refused);
        assertThat(reloadIfUnchanged(refused)).as("loaded before").isTrue();
    }

    /** Otherwise, a refusal that one replica remembers would mean nothing to the others. */
    @Test
    void replicasWithTheSameSecretHaveTheSameFingerprint() {
        secret("old");
        ServiceClient old = credentials.current().orElseThrow();
        secret("new");
        assertThat(credentials.current().orElseThrow().fingerprint()).isNotEqualTo(old.fingerprint());
        secret("old");
        assertThat(credentials.current()).contains(old);
        assertThat(old.fingerprint()).isNotEqualTo(TokenKey.digest(new ClientCredentials("id", "old")));
    }

    @Test
    void refusedSecretStaysIfTheFileIsUnchanged() {
        Path file = secret("old");
        Optional<ServiceClient> refused = credentials.current();
        Certificates.write(file, " old\n");

        assertThat(reloadIfUnchanged(refused)).isFalse();
        assertThat(credentials.current()).isSameAs(refused);
    }

    @Test
    void emptyDamagedOrDeletedFileChangesNothing() {
        Path file = secret("old");
        Optional<ServiceClient> refused = credentials.current();
        Certificates.write(file, "\n");
        assertThat(reloadIfUnchanged(refused)).isFalse();
        Certificates.write(file, "n\0e\0w\0");
        assertThat(reloadIfUnchanged(refused)).isFalse();
        assertThat(file.toFile().delete()).isTrue();
        assertThat(reloadIfUnchanged(refused)).isFalse();
        assertThat(sent().clientSecret()).isEqualTo("old");

        Certificates.write(file, "\uFEFFnew");
        assertThat(reloadIfUnchanged(refused)).isTrue();
        assertThat(sent().clientSecret()).isEqualTo("new");
    }

    @Test
    void unusableKeyChangesNothing() {
        Path file = Certificates.write(folder.resolve("key"), pem(SigningKeyTest.EC));
        create("lean.client-authentication", "private-key-jwt", "lean.private-key-file", file.toString());
        Optional<ServiceClient> refused = credentials.current();

        Certificates.write(file, "-----BEGIN PRIVATE KEY-----\ncut off");
        assertThat(reloadIfUnchanged(refused)).isFalse();
        assertThat(sent().assertion()).isNotEmpty();

        Certificates.write(file, pem(SigningKeyTest.RSA));
        assertThat(reloadIfUnchanged(refused)).isTrue();
    }

    @Test
    void unusableKeyPreventsStart() {
        secret("old");
        Path file = Certificates.write(folder.resolve("key"), "s3cr3t");

        assertThatThrownBy(
                () -> create("lean.client-authentication", "private-key-jwt", "lean.private-key-file", file.toString()))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("LEAN_PRIVATE_KEY_FILE")
                .message().doesNotContain("s3cr3t");
    }

    @Test
    void secretWithoutAFileIsNeverReloaded() {
        create("lean.client-secret", "old");

        assertThat(reloadIfUnchanged(credentials.current())).isFalse();
    }

    private Path secret(String text) {
        Path file = Certificates.write(folder.resolve("secret"), text);
        create("lean.client-secret-file", file.toString());
        return file;
    }

    private void create(String... settings) {
        List<String> all = new ArrayList<>(List.of("lean.client-id", "id"));
        all.addAll(List.of(settings));
        LeanConfig config = Settings.of(LeanConfig.class, all.toArray(String[]::new));
        credentials = new ServiceLeanCredentials(LeanAccount.of(config), config, vertx);
        credentials.start(null);
    }

    private boolean reloadIfUnchanged(Optional<ServiceClient> refused) {
        return credentials.reloadIfUnchanged(refused).await().atMost(Duration.ofSeconds(10));
    }

    private ClientProof sent() {
        return credentials.proof().await().atMost(Duration.ofSeconds(10));
    }

    private static String pem(KeyPair keys) {
        return Certificates.pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }
}
