package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
                .anyMatch(line -> line.contains("JAVA_OPTS_APPEND=\"-XX:SharedArchiveFile=/deployments/startup.jsa "))
                .anyMatch(line -> line.contains("JAVA_APP_JAR=\"/deployments/quarkus-run.jar\""))
                .anyMatch(line -> line.contains("GC_CONTAINER_OPTIONS=\"-XX:+UseSerialGC\""));
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void fileSaysHowToBuildAndRunIt(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).contains("docker build -f src/main/docker/" + dockerfile.getFileName());
    }
}
