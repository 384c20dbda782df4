package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;

/** The users of the fleet's Valkey: the service can run its scripts, and nothing beyond. */
class ValkeyUsersTest {

    private static final Path SECRETS = Path.of("src/main/kubernetes/overlays/fleet/secrets.yaml");
    private static final Path SCRIPTS = Path.of("src/main/resources/store");
    /** Debian's, which checks users as Valkey does. Without it, the one from Maven is used, which is version 6. */
    private static final Path REDIS_7 = Path.of("/usr/bin/redis-server");
    private static final Pattern CALL = Pattern.compile("redis\\.p?call\\('([A-Z]+)'");
    /** SHA-256 of {@code password}. */
    private static final String DIGEST = "#5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";

    @TempDir
    Path folder;

    private RedisServer server;

    @BeforeEach
    void start() throws IOException {
        Path users = Files.writeString(folder.resolve("users.acl"), users().replaceFirst("#0{64}", DIGEST));
        String[] options = { "--aclfile", users.toAbsolutePath().toString() };
        server = Files.exists(REDIS_7) ? RedisServer.start(REDIS_7, FreePorts.next(), options) : RedisServer.start(options);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String users() throws IOException {
        try (Reader reader = Files.newBufferedReader(SECRETS)) {
            Iterable<Object> secrets = new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(reader);
            return StreamSupport.stream(secrets.spliterator(), false).map(secret -> ((Map<?, ?>) secret).get("stringData"))
                    .map(data -> (String) ((Map<?, ?>) data).get("users.acl")).filter(text -> text != null).findFirst()
                    .orElseThrow();
        }
    }

    static Stream<String> commandsOfScripts() throws IOException {
        try (Stream<Path> scripts = Files.list(SCRIPTS)) {
            return scripts.map(ValkeyUsersTest::read).flatMap(text -> CALL.matcher(text).results())
                    .map(call -> call.group(1)).sorted().distinct().toList().stream();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private RedisConnection service() {
        RedisConnection connection = server.connect();
        connection.send("AUTH", "lean-tokens", "password");
        return connection;
    }

    /** The command can fail for another reason, such as its arguments. */
    @ParameterizedTest
    @MethodSource("commandsOfScripts")
    void serviceMayRunWhatItsScriptsRun(String command) {
        try (RedisConnection service = service()) {
            String call = "'" + command + "'" + ", 'lean-tokens:a'".repeat(arguments(command));

            byte[] error = (byte[]) service.send("EVAL", "local reply = redis.pcall(" + call + ")\n"
                    + "return type(reply) == 'table' and reply.err or ''", "0");
            assertThat(new String(error, StandardCharsets.UTF_8)).doesNotContain("can't run", "can't access", "number of args");
        }
    }

    /** Redis checks the number of arguments before the user. */
    private static int arguments(String command) {
        return switch (command) {
            case "TIME" -> 0;
            case "GET", "DEL", "PTTL", "STRLEN", "TYPE", "UNLINK", "ZCARD" -> 1;
            case "HGET", "HDEL", "HMGET", "HSTRLEN", "PEXPIRE", "PUBLISH", "SET", "ZREM", "ZSCORE" -> 2;
            default -> 3;
        };
    }

    @Test
    void serviceMaySendAndReceiveMessages() {
        try (RedisConnection service = service()) {
            assertThat(service.send("PUBLISH", "lean-tokens:a", "message")).isEqualTo(0L);
            assertThat(service.send("SUBSCRIBE", "lean-tokens:a")).isInstanceOf(List.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "KEYS *", "SCAN 0", "FLUSHALL", "CONFIG GET *", "ACL LIST", "MONITOR", "SCRIPT FLUSH", "SAVE",
            "CLIENT LIST", "REPLICAOF NO ONE", "SHUTDOWN", "GET other", "PUBLISH other a", "SUBSCRIBE other" })
    void serviceMayDoNothingElse(String command) {
        try (RedisConnection service = service()) {
            assertThatThrownBy(() -> service.send((Object[]) command.split(" "))).hasMessageStartingWith("NOPERM");
        }
    }

    @Test
    void withoutPasswordClientsMayPingOnly() {
        try (RedisConnection anyone = server.connect()) {
            assertThat(anyone.send("PING")).isEqualTo("PONG");
            for (String command : List.of("GET lean-tokens:a", "EVAL 1 0", "SUBSCRIBE lean-tokens:a", "INFO")) {
                assertThatThrownBy(() -> anyone.send((Object[]) command.split(" "))).as(command)
                        .hasMessageStartingWith("NOPERM");
            }
        }
    }
}
