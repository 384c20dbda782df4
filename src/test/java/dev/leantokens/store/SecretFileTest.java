package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import io.quarkus.runtime.configuration.ConfigurationException;

class SecretFileTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final Links links = new Links();
    private final LogLines log = LogLines.of(SecretFile.class.getName());

    @AfterEach
    void close() {
        links.close();
        log.close();
    }

    private SecretFile<String> file(Path path) {
        return new SecretFile<>(links.vertx(), "STORE_PASSWORD_FILE", path, ConfiguredStore::parsePassword,
                password -> ": " + password.length() + " letters");
    }

    @Test
    void missingOrEmptyFilePreventsStart() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), " \n");

        assertThatThrownBy(() -> file(folder.resolve("none"))).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("STORE_PASSWORD_FILE");
        assertThatThrownBy(() -> file(empty)).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("STORE_PASSWORD_FILE");
    }

    @Test
    void unusableContentChangesNothing() throws IOException {
        Path path = Files.writeString(folder.resolve("password"), "s3cr3t\n");
        try (SecretFile<String> file = file(path)) {
            file.start();
            Certificates.write(path, "");
            Awaitility.await().atMost(PATIENCE).until(() -> !log.lines().isEmpty());
            assertThat(file.current()).isEqualTo("s3cr3t");
            assertThat(log.lines().toString()).doesNotContain("s3cr3t");
        }
    }

    @Test
    void deletedFileChangesNothing() throws IOException {
        Path path = Files.writeString(folder.resolve("password"), "s3cr3t\n");
        try (SecretFile<String> file = file(path)) {
            file.start();
            Files.delete(path);
            Awaitility.await().atMost(PATIENCE).until(() -> !log.lines().isEmpty());
            assertThat(file.current()).isEqualTo("s3cr3t");
            assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line.message())
                    .contains("STORE_PASSWORD_FILE can no longer be read", "does not exist").doesNotContain("Exception"));
        }
    }

    @Test
    void newPasswordIsUsedForNewConnections() throws IOException {
        Path path = Files.writeString(folder.resolve("password"), "first\n");
        try (RedisServer server = RedisServer.start("--requirepass", "first"); SecretFile<String> file = file(path)) {
            file.start();
            RedisLink link = links.start(new RedisClients(StoreConfig.Type.STANDALONE, StoreUrl.parse(server.url()),
                    Optional.empty(), Optional.empty(), () -> Optional.of(file.current())), PATIENCE,
                    Clock.systemUTC());
            assertThat(link.isUp()).isTrue();

            try (RedisConnection connection = server.connect()) {
                connection.send("AUTH", "first");
                connection.send("CONFIG", "SET", "requirepass", "second");
                connection.send("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            }
            Awaitility.await().atMost(PATIENCE).until(() -> link.outage().fault().isPresent());
            Certificates.write(path, "second\n");

            Awaitility.await().atMost(PATIENCE).until(link::isUp);
            assertThat(log.lines().toString()).contains("has changed", ": 6 letters").doesNotContain("second");
        }
    }
}
