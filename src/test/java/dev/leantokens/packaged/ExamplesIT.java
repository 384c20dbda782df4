package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Builds the documentation's examples for Java and runs their tests against the packaged application, in a Maven process of its
 * own: the libraries that they need are no dependencies of this project. With an executable as artifact they would test nothing
 * that they do not test with the jar.
 */
class ExamplesIT {

    private static final String SECRET = "secret-of-payments-0123456789";
    /** JVM options of processes that run for seconds. */
    private static final String FAST_START = System.getProperty("quarkus.test.arg-line", "")
            .replaceFirst(StartupArchive.OPTION + "\\S+", "");
    private static final Path LOG = Path.of("target", "examples.log");
    /** What Maven says without a network, unlike of an artifact that does not exist. */
    private static final String[] NOT_DOWNLOADED = { "Could not transfer artifact", "in offline mode" };

    /** A new machine downloads the libraries first. Without a network, it cannot run this test. */
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void examplesWorkWithTheApplication() throws IOException, InterruptedException {
        assumeThat(PackagedApplication.artifact().getProperty("type")).as("type of the artifact").isNotEqualTo("native");
        Map<String, String> environment = Map.of("LEAN_ENVIRONMENT", "stand-in",
                "ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET, "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,customer.*");
        try (PackagedApplication application = PackagedApplication.start(environment)) {
            int status = maven(application);
            if (status != 0) {
                assumeThat(read(LOG)).as("the examples' libraries can be downloaded").doesNotContain(NOT_DOWNLOADED);
            }
            assertThat(status).withFailMessage(() -> "the examples failed:\n" + read(LOG)).isZero();
        }
    }

    private static int maven(PackagedApplication application) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command()).redirectErrorStream(true).redirectOutput(LOG.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.putIfAbsent("MAVEN_OPTS", FAST_START);
        environment.put("TOKEN_URL", "http://localhost:" + application.port() + "/v1/oauth2/token");
        environment.put("MCP_URL", "http://localhost:" + application.mcpPort() + "/mcp");
        environment.put("PAYMENTS_SECRET", SECRET);
        Process process = builder.start();
        try {
            return process.waitFor();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** @return Maven's command line, with the options of the build that runs this test */
    private static List<String> command() {
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("maven.home"), "bin", windows ? "mvn.cmd" : "mvn").toString(),
                "--batch-mode", "--no-transfer-progress", "--file", "docs/examples/pom.xml",
                "-DargLine=" + FAST_START, "-Dmaven.repo.local=" + System.getProperty("outer.repository")));
        Path settings = Path.of(System.getProperty("outer.settings"));
        if (Files.exists(settings)) {
            command.addAll(List.of("--settings", settings.toString()));
        }
        if (System.getProperty("outer.mode").equals("offline=true")) {
            command.add("--offline");
        }
        command.add("test");
        return command;
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "its log is unreadable: " + e;
        }
    }
}
