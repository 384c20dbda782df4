package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** The software bill of materials and the list of licences describe the packaged jars, and nothing else. */
class ShippedSoftwareIT {

    private static final Path APPLICATION = Path.of("target/quarkus-app");
    private static final Path MATERIALS = Path.of("target/quarkus-run-cyclonedx.json");
    /** The startup archive is created after packaging, by the JVM that uses it. */
    private static final Pattern ARCHIVE = Pattern.compile(".*\\.(aot|jsa)");
    private static final Path LICENCES = Path.of("target/licenses/THIRD-PARTY.txt");

    private static List<JsonNode> components;

    @BeforeAll
    static void read() throws IOException {
        assumeThat(Files.exists(APPLICATION) && Files.exists(MATERIALS)).as("the jar is packaged, not the executable").isTrue();
        JsonNode list = new ObjectMapper().readTree(MATERIALS.toFile()).get("components");
        components = StreamSupport.stream(list.spliterator(), false).toList();
    }

    @Test
    void eachFileIsListedWithItsChecksum() throws Exception {
        Map<String, String> listed = new TreeMap<>();
        for (JsonNode component : components) {
            for (JsonNode place : component.at("/evidence/occurrences")) {
                assertThat(listed.put(place.get("location").asText(), sha256(component))).as("listed twice").isNull();
            }
        }

        assertThat(listed).isEqualTo(shipped());
        assertThat(listed).hasSizeGreaterThan(100);
    }

    /** Scanners find known vulnerabilities by these URLs. */
    @Test
    void eachLibraryIsListedWithItsNameAndVersion() {
        assertThat(libraries()).hasSizeGreaterThan(100).allSatisfy(library -> {
            String group = library.get("group").asText();
            String name = library.get("name").asText();
            String version = library.get("version").asText();
            assertThat(library.at("/evidence/occurrences/0/location").asText()).matches("lib/(boot|main)/.*")
                    .endsWith("/" + group + "." + name + "-" + version + ".jar");
            assertThat(library.get("purl").asText()).startsWith("pkg:maven/" + group + "/" + name + "@" + version + "?");
            assertThat(library.get("licenses")).as("licences of %s", name).isNotEmpty();
        });
    }

    /** Scanners would report their vulnerabilities. */
    @Test
    void onlyWhatIsShippedHasTheScopeOfTheApplication() {
        assertThat(components).allSatisfy(component -> assertThat(component.at("/properties/0/value").asText())
                .isEqualTo(component.has("evidence") ? "runtime" : "development"));
    }

    @Test
    void licenceOfEachLibraryIsKnown() throws IOException {
        String licences = Files.readString(LICENCES);

        assertThat(libraries()).allSatisfy(library -> assertThat(licences).containsPattern("(?m)^ +\\([A-Z].*\\("
                + library.get("group").asText() + ":" + library.get("name").asText() + ":" + library.get("version").asText()
                + " - "));
        assertThat(licences).doesNotContain("Unknown license");
    }

    private static List<JsonNode> libraries() {
        return components.stream().filter(component -> component.at("/evidence/occurrences/0/location").asText()
                .startsWith("lib/")).toList();
    }

    private static String sha256(JsonNode component) {
        return StreamSupport.stream(component.get("hashes").spliterator(), false)
                .filter(hash -> hash.get("alg").asText().equals("SHA-256")).findFirst().orElseThrow().get("content").asText();
    }

    private static Map<String, String> shipped() throws IOException, GeneralSecurityException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(APPLICATION)) {
            for (Path file : all.filter(Files::isRegularFile).filter(file -> !ARCHIVE.matcher(file.toString()).matches())
                    .toList()) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                files.put(APPLICATION.relativize(file).toString(), HexFormat.of().formatHex(digest));
            }
        }
        return files;
    }
}
