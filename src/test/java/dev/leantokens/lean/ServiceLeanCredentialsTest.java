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
import dev.leantokens.token.UpstreamTokenRequest;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;

/** A secret that is exchanged while the service runs. That the file is looked at every second is {@code FileWatch}'s. */
class ServiceLeanCredentialsTest {

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private ServiceLeanCredentials own;

    @AfterEach
    void stop() {
        own.stop(null);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Anyone could have a token with the service's certificate, which is on the connection. */
    @Test
    void callerThatNamesTheIdOfTheCertificateIsRefusedBeforeAnyCall() {
        own = new ServiceLeanCredentials(account(), config("tls-client-auth"), vertx);
        assertThatThrownBy(() -> own.refuseIdProvedByCertificate(callers("SERVICE"))).isInstanceOfSatisfying(
                TokenException.class,
                refusal -> assertThat(refusal.error()).isEqualTo(TokenError.CALLER_REFUSED));
        assertThatCode(() -> own.refuseIdProvedByCertificate(callers("another"))).doesNotThrowAnyException();
        assertThatCode(() -> own.refuseIdProvedByCertificate(Wants.ofService(Wants.alone()).request()))
                .doesNotThrowAnyException();

        own = new ServiceLeanCredentials(account(), config("client-secret-post"), vertx);
        assertThatCode(() -> own.refuseIdProvedByCertificate(callers("service"))).doesNotThrowAnyException();
    }

    private static LeanAccount account() {
        return LeanAccount.of(URI.create("https://localhost"), new ClientCredentials("service", "secret"));
    }

    private static LeanConfig config(String authentication) {
        return Settings.of(LeanConfig.class, "lean.client-authentication", authentication);
    }

    private static UpstreamTokenRequest callers(String id) {
        return Wants.ofCaller(id, "guessed", false, "192.0.2.1").request();
    }

    @Test
    void newSecretIsFoundWhenLeanRefusesTheOneBefore() {
        Path file = secret("old\n");
        Optional<ServiceClient> refused = own.current();
        Certificates.write(file, "new\n");

        assertThat(reloadIfUnchanged(refused)).isTrue();
        assertThat(sent().clientSecret()).isEqualTo("new");
        assertThat(own.current()).isNotSameAs(refused).isNotEqualTo(refused);
        assertThat(reloadIfUnchanged(refused)).as("found before").isTrue();
    }

    @Test
    void refusedSecretThatIsStillTheOneOfTheFileStays() {
        Path file = secret("old");
        Optional<ServiceClient> refused = own.current();
        Certificates.write(file, " old\n");

        assertThat(reloadIfUnchanged(refused)).isFalse();
        assertThat(own.current()).isSameAs(refused);
    }

    @Test
    void fileThatIsEmptyOrDamagedOrGoneChangesNothing() {
        Path file = secret("old");
        Optional<ServiceClient> refused = own.current();
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
    void keyThatIsNoneChangesNothing() {
        Path file = Certificates.write(folder.resolve("key"), pem(SigningKeyTest.EC));
        own("lean.client-authentication", "private-key-jwt", "lean.private-key-file", file.toString());
        Optional<ServiceClient> refused = own.current();

        Certificates.write(file, "-----BEGIN PRIVATE KEY-----\ncut off");
        assertThat(reloadIfUnchanged(refused)).isFalse();
        assertThat(sent().assertion()).isNotEmpty();

        Certificates.write(file, pem(SigningKeyTest.RSA));
        assertThat(reloadIfUnchanged(refused)).isTrue();
    }

    @Test
    void keyThatIsNoneRefusesToStart() {
        secret("old");
        Path file = Certificates.write(folder.resolve("key"), "s3cr3t");

        assertThatThrownBy(() -> own("lean.client-authentication", "private-key-jwt", "lean.private-key-file", file.toString()))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("LEAN_PRIVATE_KEY_FILE")
                .message().doesNotContain("s3cr3t");
    }

    @Test
    void secretThatIsNoFileIsNeverNewer() {
        own("lean.client-secret", "old");

        assertThat(reloadIfUnchanged(own.current())).isFalse();
    }

    private Path secret(String text) {
        Path file = Certificates.write(folder.resolve("secret"), text);
        own("lean.client-secret-file", file.toString());
        return file;
    }

    private void own(String... settings) {
        List<String> all = new ArrayList<>(List.of("lean.client-id", "id"));
        all.addAll(List.of(settings));
        LeanConfig config = Settings.of(LeanConfig.class, all.toArray(String[]::new));
        own = new ServiceLeanCredentials(LeanAccount.of(config), config, vertx);
        own.start(null);
    }

    private boolean reloadIfUnchanged(Optional<ServiceClient> refused) {
        return own.reloadIfUnchanged(refused).await().atMost(Duration.ofSeconds(10));
    }

    private ClientProof sent() {
        return own.proof().await().atMost(Duration.ofSeconds(10));
    }

    private static String pem(KeyPair keys) {
        return Certificates.pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }
}
