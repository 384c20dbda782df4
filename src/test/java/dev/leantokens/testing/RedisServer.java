package dev.leantokens.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;

import redis.embedded.core.ExecutableProvider;

/** A real Redis server on this machine, as a process that a test can stop, freeze and restart. */
public final class RedisServer implements AutoCloseable {

    /** Debian's server, where it is installed: of a later version, and with TLS. */
    public static final Path DEBIAN = Path.of("/usr/bin/redis-server");

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static Path executable;

    private final List<String> command;
    private final Path folder;
    private final int port;
    private Process process;

    private RedisServer(int port, Path folder, List<String> command) {
        this.port = port;
        this.folder = folder;
        this.command = command;
    }

    /** @param options further options of the command line, such as {@code --maxmemory}, {@code 2mb} */
    public static RedisServer start(String... options) {
        return start(executable(), FreePorts.next(), options);
    }

    /** @param port a free port */
    public static RedisServer startAt(int port, String... options) {
        return start(executable(), port, options);
    }

    /** @param executable another one, such as Debian's */
    public static RedisServer start(Path executable, int port, String... options) {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "redis-");
            List<String> command = new ArrayList<>(List.of(executable.toString(), "--port", Integer.toString(port), "--bind",
                    "127.0.0.1", "--save", "", "--dir", folder.toAbsolutePath().toString()));
            command.addAll(List.of(options));
            RedisServer server = new RedisServer(port, folder, command);
            server.startAgain();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param configuration a file that the sentinel writes to, in a folder of its own */
    public static RedisServer startSentinel(int port, Path configuration) {
        RedisServer server = new RedisServer(port, configuration.getParent(),
                List.of(executable().toString(), configuration.toAbsolutePath().toString(), "--sentinel"));
        server.startAgain();
        return server;
    }

    private static synchronized Path executable() {
        if (executable == null) {
            try {
                Path folder = Files.createTempDirectory(Path.of("target"), "redis-executable-");
                executable = ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath().toAbsolutePath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return executable;
    }

    /** Starts the server again on the same port, with what it saved, which is nothing unless an option says so. */
    public void startAgain() {
        try {
            Path log = folder.resolve("redis.log");
            process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
            Awaitility.await().atMost(PATIENCE).until(() -> !process.isAlive() || isListening());
            if (!process.isAlive()) {
                throw new AssertionError("Redis did not start:\n" + Files.readString(log, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isListening() {
        try (RedisConnection connection = connect()) {
            connection.send("PING");
            return true;
        } catch (IllegalStateException e) {
            // An error, such as that a password is required.
            return true;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** @return a plain connection, to look at what is stored and to change it */
    public RedisConnection connect() {
        return RedisConnection.open(port);
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** @return where the server saves its data */
    public Path folder() {
        return folder;
    }

    /** Ends the server at once, without saving. */
    public void kill() {
        process.destroyForcibly();
        join();
    }

    /** Stops the server from running, with its connections open. */
    public void freeze() {
        Signals.freeze(process);
    }

    public void thaw() {
        Signals.thaw(process);
    }

    private void join() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("Redis does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        join();
    }
}
