package dev.leantokens.packaged;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.Signals;
import io.vertx.core.json.JsonArray;

/**
 * The packaged application, jar or native executable, as a separate process: for tests of environment variables, the log and
 * the exit code.
 */
public final class PackagedApplication implements AutoCloseable {

    private static final Path TARGET = Path.of("target");
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Path log;
    private final int port;
    private final int mcpPort;

    private PackagedApplication(Process process, Path log, int port, int mcpPort) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.mcpPort = mcpPort;
    }

    /** @param environment the variables of the operator; free ports are added */
    static PackagedApplication launch(Map<String, String> environment) {
        return launch(environment, Path.of("").toAbsolutePath());
    }

    /** @param options for both a JVM and an executable, such as {@code -Dmcp.port=9090} */
    public static PackagedApplication launch(Map<String, String> environment, Path workingDirectory, String... options) {
        return launch(command(options), workingDirectory, environment);
    }

    private static PackagedApplication launch(List<String> command, Path workingDirectory, Map<String, String> environment) {
        return launch(command, workingDirectory, environment, Optional.empty());
    }

    private static PackagedApplication launch(List<String> command, Path workingDirectory, Map<String, String> environment,
            Optional<LogReader> reader) {
        int port = FreePorts.next();
        int mcpPort = FreePorts.next();
        try {
            Path log = Files.createTempFile(TARGET, "packaged-", ".log");
            ProcessBuilder builder = new ProcessBuilder(command).directory(workingDirectory.toFile()).redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("LEAN_") || name.startsWith("ACCESS_")
                    || name.startsWith("QUARKUS_") || name.startsWith("ALLOWED_")
                    || name.startsWith("LIMITS_") || name.startsWith("ISSUERS_") || name.startsWith("STORE_")
                    || name.startsWith("MCP_") || name.startsWith("OTEL_") || name.startsWith("AUDIT_")
                    || name.startsWith("TLS_") || name.equals("LOG_JSON") || name.equals("ACCESS_LOG"));
            builder.environment().put("PORT", Integer.toString(port));
            builder.environment().put("MCP_PORT", Integer.toString(mcpPort));
            builder.environment().putAll(environment);
            if (reader.isPresent()) {
                builder.redirectOutput(ProcessBuilder.Redirect.PIPE);
            }
            Process process = builder.start();
            reader.ifPresent(it -> it.copy(process.getInputStream(), log));
            return new PackagedApplication(process, log, port, mcpPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Launches the application and waits until it listens. */
    static PackagedApplication start(Map<String, String> environment) {
        return untilUp(launch(environment));
    }

    /** @param options for both a JVM and an executable, such as {@code -Xmx} */
    public static PackagedApplication startWith(List<String> options, Map<String, String> environment) {
        return untilUp(launchWith(options, environment));
    }

    static PackagedApplication start(Map<String, String> environment, Path workingDirectory) {
        return untilUp(launch(environment, workingDirectory));
    }

    /** Starts with a pipe as its output; {@link #log} returns only what the reader has read. */
    static PackagedApplication start(Map<String, String> environment, LogReader reader) {
        return untilUp(launch(command(), Path.of("").toAbsolutePath(), environment, Optional.of(reader)));
    }

    /**
     * Starts as in a container with a read-only file system, with the options of the images.
     *
     * @param closed a folder without write permission, which becomes the working directory and the folder of temporary files
     */
    static PackagedApplication startReadOnly(Path closed, Map<String, String> environment) {
        List<String> command = new ArrayList<>(withoutPrivileges(closed));
        command.addAll(command(Stream.concat(Stream.of("-Djava.io.tmpdir=" + closed), optionsOfTheImage())
                .toArray(String[]::new)));
        return untilUp(launch(command, closed, environment));
    }

    /** Permissions do not apply to root, so its capabilities are dropped. */
    private static List<String> withoutPrivileges(Path closed) {
        if (!Files.isWritable(closed)) {
            return List.of();
        }
        assumeThat(SETPRIV).as("root needs setpriv to drop its permission to write anywhere").exists();
        return List.of(SETPRIV.toString(), "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs");
    }

    /** @param archive where the JVM writes the classes that it has loaded, when it exits */
    static PackagedApplication startRecording(Path archive, Map<String, String> environment) {
        List<String> command = command().stream()
                .map(option -> option.startsWith(StartupArchive.OPTION) ? "-XX:ArchiveClassesAtExit=" + archive : option)
                .toList();
        return untilUp(launch(command, Path.of("").toAbsolutePath(), environment));
    }

    /** @param options for both a JVM and an executable, such as {@code -Xmx} */
    static PackagedApplication launchWith(List<String> options, Map<String, String> environment) {
        return launch(command(options.toArray(String[]::new)), Path.of("").toAbsolutePath(), environment);
    }

    /** Waits until the application listens. */
    static PackagedApplication untilUp(PackagedApplication application) {
        try {
            if (!application.listens()) {
                throw new AssertionError("the application did not start:\n" + application.log());
            }
            return application;
        } catch (Throwable e) {
            application.close();
            throw e;
        }
    }

    /**
     * Waits until the application listens or exits.
     *
     * @return whether it listens
     */
    public boolean listens() {
        Awaitility.await().atMost(PATIENCE).until(() -> log().contains("Listening on:") || !process.isAlive());
        return process.isAlive();
    }

    /** The output and exit code of a command of the application. */
    record Output(int exitCode, String text) {
    }

    /** Runs the application with arguments until it exits. */
    static Output run(String... arguments) {
        return run(Map.of(), arguments);
    }

    /** @param environment further variables */
    static Output run(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(command());
        command.addAll(List.of(arguments));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Output(process.waitFor(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** @return the options with which the image starts the executable; a JVM gets others there */
    private static Stream<String> optionsOfTheImage() {
        if (!isNative()) {
            return Stream.empty();
        }
        try (Stream<String> lines = Files.lines(Path.of("src/main/docker/Dockerfile.native"))) {
            String entryPoint = lines.filter(line -> line.startsWith("ENTRYPOINT ")).findFirst().orElseThrow();
            return new JsonArray(entryPoint.substring(entryPoint.indexOf('['))).stream().skip(1).map(String.class::cast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isNative() {
        return artifact().getProperty("type").equals("native");
    }

    /**
     * @param options for both a JVM and an executable
     * @return the command that starts the application
     */
    public static List<String> command(String... options) {
        if (isNative()) {
            return Stream.concat(Stream.of(path().toString()), Stream.of(options)).toList();
        }
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        // The options for a fast start of @QuarkusIntegrationTest.
        Stream.of(System.getProperty("quarkus.test.arg-line", "").split(" ")).filter(arg -> !arg.isBlank())
                .forEach(command::add);
        command.addAll(List.of("-jar", path().toString()));
        return command;
    }

    /** @return the executable, or the jar that a JVM starts */
    static Path path() {
        return TARGET.resolve(artifact().getProperty("path")).toAbsolutePath();
    }

    /** @return the metadata of the built artifact, such as {@code type} and {@code path} */
    static Properties artifact() {
        Properties artifact = new Properties();
        try (Reader reader = Files.newBufferedReader(TARGET.resolve("quarkus-artifact.properties"))) {
            artifact.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return artifact;
    }

    public long pid() {
        return process.pid();
    }

    public int port() {
        return port;
    }

    public int mcpPort() {
        return mcpPort;
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the log's lines that are no part of an ordinary start or end */
    public List<String> linesOf(String level) {
        List<String> lines = new ArrayList<>();
        for (String line : log().split("\n")) {
            if (line.contains(" " + level + " ") || line.contains("\"level\":\"" + level + "\"")) {
                lines.add(line);
            }
        }
        return lines;
    }

    RawHttp.Response token() {
        return RawHttp.post(RawHttp.LOOPBACK, port, "/v1/oauth2/token", "application/json", "{\"scope\":\"api\"}");
    }

    /** Stops the process from running, with its connections open, as a suspended machine does. */
    void freeze() {
        Signals.freeze(process);
    }

    void thaw() {
        Signals.thaw(process);
    }

    /** Sends SIGTERM, as container platforms do. */
    public void terminate() {
        process.destroy();
    }

    public int exitCode() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the application has not exited:\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        exitCode();
    }
}
