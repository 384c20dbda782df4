package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

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

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void fileSaysHowToBuildAndRunIt(Path dockerfile) throws IOException {
        assertThat(Files.readString(dockerfile)).contains("docker build -f src/main/docker/" + dockerfile.getFileName());
    }
}
