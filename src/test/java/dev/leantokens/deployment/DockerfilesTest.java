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

/** Rules for all images. These tests cannot build an image. */
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

    /** The obligation of whoever passes an image on: the jars have their own notices, an executable has none. */
    @ParameterizedTest
    @MethodSource("dockerfiles")
    void imageContainsTheLicencesAndTheBillOfMaterials(Path dockerfile) throws IOException {
        String copies = String.join("\n",
                Files.readAllLines(dockerfile).stream().filter(line -> line.matches("COPY .* /licenses/")).toList());

        assertThat(copies).contains("COPY LICENSE ", "target/licenses/THIRD-PARTY.txt ", "-cyclonedx.json");
        assertThat(Files.readAllLines(Path.of(".dockerignore"))).contains("!LICENSE", "!target/licenses/*",
                "!target/*-cyclonedx.json");
    }

    /** .ci/archives tests the archive itself, without a container engine. */
    @Test
    void imageForTheJvmStartsFromAnArchiveOfItsOwnJvm() throws IOException {
        String script = Files.readString(FOLDER.resolve("archive.sh"));
        List<String> lines = Files.readAllLines(FOLDER.resolve("Dockerfile.jvm"));

        assertThat(script).contains("archive=$folder/startup.jsa");
        int made = lines.indexOf("RUN [\"/deployments/archive.sh\", \"/deployments\", \"-XX:+UseSerialGC\"]");
        assertThat(made).as("created by the user that runs it").isGreaterThan(lines.indexOf("USER 185"));
        assertThat(lines.subList(made, lines.size())).as("no input of the archive changes after it")
                .noneMatch(line -> line.startsWith("COPY ") || line.startsWith("ADD "))
                .anyMatch(line -> line.contains("JAVA_APP_JAR=\"/deployments/quarkus-run.jar\""))
                .anyMatch(line -> line.contains("GC_CONTAINER_OPTIONS=\"-XX:+UseSerialGC\""));
    }

    /** The performance data of the JVM is in /tmp even if the folder of temporary files is another. */
    @Test
    void archiveScriptLeavesNoTemporaryFilesInTheImage() throws IOException {
        String script = Files.readString(FOLDER.resolve("archive.sh"));

        assertThat(script).contains("java=(java -XX:-UsePerfData)\n").doesNotContainPattern("(?m)^java |\\$\\(java ")
                .doesNotContain("mktemp");
    }

    /** The image does not set JAVA_OPTS_APPEND, since a user's value would replace it. */
    @Test
    void userAddsOptionsToThoseOfTheImage() throws IOException, InterruptedException {
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

    /** @return the options that run-java.sh of the base image appends to its own: it sources the file first */
    private static String optionsWith(String append) throws IOException, InterruptedException {
        ProcessBuilder shell = new ProcessBuilder("bash", "-c", "set -eo pipefail; source src/main/docker/run-env.sh; "
                + "echo ${JAVA_OPTS_APPEND}").redirectErrorStream(true);
        shell.environment().put("JAVA_OPTS_APPEND", append);
        Process process = shell.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** A system property would override QUARKUS_HTTP_HOST, with which a sidecar listens on loopback only. */
    @ParameterizedTest
    @MethodSource("dockerfiles")
    void addressIsSetByTheVariableOnly(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).doesNotContain("quarkus.http.host");
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void imageNeedsNoWritableFolder(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).doesNotContain("--tmpfs", "VOLUME");
    }

    /** Measured: under load the executable slows down below 72 MiB, and its pages are reclaimed below 96 MiB. */
    @ParameterizedTest
    @MethodSource("dockerfiles")
    void executableRunsWithTheMemoryForItsLoad(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).doesNotContain("-m 64m");
        if (dockerfile.toString().contains(".native")) {
            assertThat(Files.readString(dockerfile)).contains("docker run --rm --read-only -m 96m ");
        }
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void fileDocumentsHowToBuildAndRunIt(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).contains("docker build -f src/main/docker/" + dockerfile.getFileName());
    }
}
