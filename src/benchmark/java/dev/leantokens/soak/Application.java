package dev.leantokens.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;

import dev.leantokens.attacks.Parties;
import dev.leantokens.attacks.Target;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.vitals.Vitals;

/** The packaged application in a separate process. */
final class Application implements AutoCloseable {

    static final Duration MINIMUM_VALIDITY = Duration.ofSeconds(5);
    static final Duration CUSTOMER_MINIMUM_VALIDITY = Duration.ofSeconds(10);
    static final int REQUESTS_PER_MINUTE = 60;

    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
    private static final Path HOSTS = Path.of("target", "soak-hosts");
    private static final Path ATTACKS = Path.of("target", "soak-attacks");
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** High enough for the load on a slow machine: half of it is what one address may have. */
    private static final int CONNECTIONS = 3_000;

    private final int number;
    private final Process process;
    private final Path log;
    private final Path audit;
    private final Target target;
    private final URI rest;
    private final URI mcp;

    private volatile boolean frozen;

    private Application(int number, Process process, Path log, Path audit, int port, int mcpPort) {
        this.number = number;
        this.process = process;
        this.log = log;
        this.audit = audit;
        this.target = new Target(port, mcpPort);
        this.rest = URI.create("http://127.0.0.1:" + port + "/v1/oauth2/token");
        this.mcp = URI.create("http://127.0.0.1:" + mcpPort + "/mcp");
    }

    /**
     * Starts a replica of the application on free ports and waits until it listens.
     *
     * @param number of the replica
     * @param further variables
     */
    static Application start(int number, String lean, ClientCredentials credentials, Map<String, String> further)
            throws IOException {
        if (!Files.exists(JAR)) {
            throw new IllegalStateException(JAR + " is missing, package the application first");
        }
        Path log = Path.of("target", "soak-" + number + ".log");
        Path audit = Path.of("target", "soak-audit-" + number + ".jsonl").toAbsolutePath();
        int port = freePort();
        int mcpPort = freePort();
        ProcessBuilder builder = new ProcessBuilder(JAVA.resolve("java").toString(), "-Xmx128m",
                "-Djdk.net.hosts.file=" + Files.writeString(HOSTS, RudeGateway.HOSTS).toAbsolutePath(), "-jar", JAR.toString())
                .redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet()
                .removeIf(name -> name.matches("(LEAN|TOKEN|CACHE|ACCESS|QUARKUS|ALLOWED|MCP|LIMITS|AUDIT|STORE|ISSUERS)_.*"));
        builder.environment().putAll(Parties.environment(lean));
        builder.environment().putAll(Map.of(
                "ACCESS_CLIENTS_FILE",
                Parties.writeClientsFile(Files.createDirectories(ATTACKS.resolve(Integer.toString(number)))).toString(),
                "LIMITS_CONNECTIONS", Integer.toString(CONNECTIONS),
                "PORT", Integer.toString(port),
                "MCP_PORT", Integer.toString(mcpPort),
                "QUARKUS_HTTP_HOST", "127.0.0.1",
                "LEAN_CLIENT_ID", credentials.clientId(),
                "LEAN_CLIENT_SECRET", credentials.clientSecret(),
                "LEAN_REQUESTS_PER_MINUTE", Integer.toString(REQUESTS_PER_MINUTE),
                "TOKEN_MINIMUM_VALIDITY", MINIMUM_VALIDITY.toSeconds() + "s",
                "TOKEN_CUSTOMER_MINIMUM_VALIDITY", CUSTOMER_MINIMUM_VALIDITY.toSeconds() + "s"));
        builder.environment().putAll(further);
        Files.deleteIfExists(audit);
        builder.environment().put("AUDIT_LOG", audit.toString());
        builder.environment().put("TZ", "UTC");
        Application application = new Application(number, builder.start(), log, audit, port, mcpPort);
        // If the soak ends early, the application ends as well.
        Runtime.getRuntime().addShutdownHook(new Thread(application::close));
        Awaitility.await().atMost(PATIENCE)
                .until(() -> application.log().contains("Listening on:") || !application.process.isAlive());
        if (!application.process.isAlive()) {
            throw new IllegalStateException("the application did not start:\n" + application.log());
        }
        return application;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** @return the number of the replica */
    int number() {
        return number;
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    Path audit() {
        return audit;
    }

    long pid() {
        return process.pid();
    }

    Target target() {
        return target;
    }

    URI rest() {
        return rest;
    }

    URI mcp() {
        return mcp;
    }

    void onExit(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** @return the resources of the process after a garbage collection; empty if it was frozen meanwhile */
    Optional<Vitals> vitals() throws IOException {
        if (frozen) {
            return Optional.empty();
        }
        Vitals vitals = Vitals.of(process);
        return frozen || vitals.heapKiB() == 0 ? Optional.empty() : Optional.of(vitals);
    }

    /** Stops all threads of the process, until {@link #thaw}. Its connections stay open. */
    void freeze() {
        frozen = true;
        signal("STOP");
        Awaitility.await().until(() -> Files.readString(Path.of("/proc", Long.toString(pid()), "stat")).contains(") T "));
    }

    void thaw() {
        signal("CONT");
        frozen = false;
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Sends SIGTERM, as container platforms do.
     *
     * @return the exit code; empty if the process is still running after the time
     */
    OptionalInt terminate(Duration within) throws InterruptedException {
        process.destroy();
        return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)
                ? OptionalInt.of(process.exitValue())
                : OptionalInt.empty();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
