package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every image has in common. No image can be built in these tests. */
class DockerfilesTest {

    private static final Path FOLDER = Path.of("src/main/docker");

    static Stream<Path> dockerfiles() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.getFileName().toString().startsWith("Dockerfile.")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void imageRunsUnprivilegedOnBothPortsWithAHealthCheck(Path dockerfile) throws IOException {
        List<String> lines = Files.readAllLines(dockerfile);

        assertThat(lines).contains("EXPOSE 8080 9090");
        assertThat(lines).anyMatch(line -> line.matches("USER (185|1001)"));
        assertThat(lines).anyMatch(line -> line.matches("HEALTHCHECK .* CMD \\[\".*/healthcheck.sh\"]"));
        assertThat(lines).anyMatch(line -> line.startsWith("LABEL "));
        assertThat(lines).filteredOn(line -> line.startsWith("FROM "))
                .allMatch(line -> line.matches("FROM \\S+:\\S+( AS build)?"),
                        "names a version")
                .noneMatch(line -> line.contains(":latest"));
        assertThat(lines.stream().filter(line -> line.startsWith("USER ") || line.startsWith("ENTRYPOINT ")).toList())
                .last().asString().startsWith("ENTRYPOINT");
    }

    /** Whether the archive is any good is seen by .ci/archives, which needs no container engine. */
    @Test
    void imageForTheJvmStartsFromTheArchiveThatItsOwnJvmHasMade() throws IOException {
        String script = Files.readString(FOLDER.resolve("archive.sh"));
        List<String> lines = Files.readAllLines(FOLDER.resolve("Dockerfile.jvm"));

        assertThat(script).contains("archive=$folder/startup.jsa");
        int made = lines.indexOf("RUN [\"/deployments/archive.sh\", \"/deployments\", \"-XX:+UseSerialGC\"]");
        assertThat(made).as("as the user who runs it").isGreaterThan(lines.indexOf("USER 185"));
        assertThat(lines.subList(made, lines.size())).as("nothing that the archive was made of changes after it")
                .noneMatch(line -> line.startsWith("COPY ") || line.startsWith("ADD "))
                .anyMatch(line -> line.contains("JAVA_APP_JAR=\"/deployments/quarkus-run.jar\""))
                .anyMatch(line -> line.contains("GC_CONTAINER_OPTIONS=\"-XX:+UseSerialGC\""));
    }

    /** The JVM's performance data is always in /tmp, whatever the folder of temporary files is. */
    @Test
    void scriptOfTheArchiveLeavesNothingInTheImagesTemporaryFolder() throws IOException {
        String script = Files.readString(FOLDER.resolve("archive.sh"));

        assertThat(script).contains("java=(java -XX:-UsePerfData)\n").doesNotContainPattern("(?m)^java |\\$\\(java ")
                .doesNotContain("mktemp");
    }

    /** JAVA_OPTS_APPEND is one variable: set in the image, it would be replaced by a user's. */
    @Test
    void userOfTheImageForTheJvmAddsOptionsAndReplacesNone() throws IOException, InterruptedException {
        List<String> lines = Files.readAllLines(FOLDER.resolve("Dockerfile.jvm"));
        assertThat(lines).filteredOn(line -> !line.startsWith("#")).noneMatch(line -> line.contains("JAVA_OPTS_APPEND"))
                .anyMatch(line -> line.startsWith("COPY ") && line.contains("src/main/docker/run-env.sh")
                        && line.endsWith("/deployments/"));

        String options = optionsWith("-Xmx64m -Dquarkus.http.port=18080");
        assertThat(options).startsWith("-XX:SharedArchiveFile=/deployments/startup.jsa ")
                .contains("-Djava.util.logging.manager=org.jboss.logmanager.LogManager ")
                .as("the last one counts").endsWith(" -Xmx64m -Dquarkus.http.port=18080");
        assertThat(optionsWith("")).startsWith("-XX:SharedArchiveFile=/deployments/startup.jsa ");
    }

    /** @return the options that the base image's run-java.sh gives to the JVM after its own: it sources the file first */
    private static String optionsWith(String append) throws IOException, InterruptedException {
        ProcessBuilder shell = new ProcessBuilder("bash", "-c", "set -eo pipefail; source src/main/docker/run-env.sh; "
                + "echo ${JAVA_OPTS_APPEND}").redirectErrorStream(true);
        shell.environment().put("JAVA_OPTS_APPEND", append);
        Process process = shell.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** A system property counts more than QUARKUS_HTTP_HOST, by which a sidecar listens on loopback only. */
    @ParameterizedTest
    @MethodSource("dockerfiles")
    void addressIsLeftToTheVariable(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).doesNotContain("quarkus.http.host");
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void imageNeedsNoFolderToWriteTo(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).doesNotContain("--tmpfs", "VOLUME");
    }

    /** The executable was measured to slow down below 72 MiB under load, and to have pages reclaimed below 96. */
    @ParameterizedTest
    @MethodSource("dockerfiles")
    void executableIsRunWithTheMemoryThatItNeedsUnderLoad(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).doesNotContain("-m 64m");
        if (dockerfile.toString().contains(".native")) {
            assertThat(Files.readString(dockerfile)).contains("docker run --rm --read-only -m 96m ");
        }
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void fileSaysHowToBuildAndRunIt(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).contains("docker build -f src/main/docker/" + dockerfile.getFileName());
    }
}
