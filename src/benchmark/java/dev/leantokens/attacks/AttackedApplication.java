package dev.leantokens.attacks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.vitals.Vitals;

/** The packaged application with a small heap in a separate process. */
final class AttackedApplication implements AutoCloseable {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Target target;

    private AttackedApplication(Process process, Target target) {
        this.process = process;
        this.target = target;
    }

    /**
     * Starts the application on free ports and waits until it is ready.
     *
     * @param artifact the jar or the executable
     * @param log the file for its log; empty for a pipe that is never read
     * @param heap the option that limits its heap
     */
    static AttackedApplication start(Path artifact, Map<String, String> environment, Optional<Path> log, String heap)
            throws IOException {
        if (!Files.exists(artifact)) {
            throw new IllegalStateException(artifact + " is missing, package the application first");
        }
        Target target = new Target(FreePorts.next(), FreePorts.next());
        List<String> command = artifact.toString().endsWith(".jar")
                ? List.of(JAVA.toString(), heap, "-jar", artifact.toString())
                : List.of(artifact.toString(), heap);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(log.map(file -> Redirect.to(file.toFile())).orElse(Redirect.PIPE));
        builder.environment().keySet()
                .removeIf(name -> name.matches("(LEAN|TOKEN|CACHE|ACCESS|QUARKUS|ALLOWED|MCP|LIMITS|STORE|TLS|LOG)_.*"));
        builder.environment().putAll(environment);
        builder.environment().putAll(Map.of("PORT", Integer.toString(target.port()), "MCP_PORT",
                Integer.toString(target.mcpPort()), "QUARKUS_HTTP_HOST", RawHttp.LOOPBACK));
        AttackedApplication application = new AttackedApplication(builder.start(), target);
        // If the benchmark ends early, the application ends as well.
        Runtime.getRuntime().addShutdownHook(new Thread(application::close));
        Awaitility.await().atMost(PATIENCE).until(() -> application.isReady() || !application.isAlive());
        if (!application.isAlive()) {
            throw new IllegalStateException("the application did not start: " + log.orElse(artifact));
        }
        return application;
    }

    private boolean isReady() {
        try {
            return RawHttp.send(RawHttp.LOOPBACK, target.port(),
                    "GET /q/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    Target target() {
        return target;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Vitals vitals() throws IOException {
        return Vitals.of(process);
    }

    long residentKiB() throws IOException {
        return Vitals.residentKiB(process);
    }

    Duration processorTime() throws IOException {
        return Vitals.processorTime(process);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
