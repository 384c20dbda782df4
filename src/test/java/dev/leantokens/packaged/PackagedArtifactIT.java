package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

import org.junit.jupiter.api.Test;

class PackagedArtifactIT {

    @Test
    void standInForLeanIsNotInTheProduct() throws IOException {
        Path artifact = Path.of("target").resolve(PackagedApplication.artifact().getProperty("path"));

        if (PackagedApplication.artifact().getProperty("type").equals("native")) {
            String binary = new String(Files.readAllBytes(artifact), StandardCharsets.ISO_8859_1);
            assertThat(binary).contains("dev.leantokens.token").doesNotContain("dev.leantokens.standin");
        } else {
            List<String> classes = classes(artifact.getParent());
            assertThat(classes).contains("dev/leantokens/token/TokenService.class")
                    .noneMatch(name -> name.startsWith("dev/leantokens/standin/"));
        }
    }

    private static List<String> classes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).flatMap(jar -> {
                try (ZipFile zip = new ZipFile(jar.toFile())) {
                    return zip.stream().map(entry -> entry.getName()).filter(name -> name.endsWith(".class")).toList().stream();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }).toList();
        }
    }
}
