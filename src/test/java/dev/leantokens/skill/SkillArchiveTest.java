package dev.leantokens.skill;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;

/** Discovers the skill by the index, and unpacks it like an agent. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class SkillArchiveTest {

    private static final String INDEX = "/.well-known/agent-skills/index.json";
    private static final String NAME = "lean-generate-access-token";
    private static final Path FOLDER = Path.of("src/main/resources/agent-skills", NAME);

    @TempDir
    Path temporary;

    @Test
    void indexHasOneEntryWithTheDigestOfTheArchive() throws IOException {
        Response index = given().get(INDEX);
        JsonObject document = new JsonObject(index.asString());
        assertThat(index.contentType()).isEqualTo("application/json");
        assertThat(document.getString("$schema")).isEqualTo("https://schemas.agentskills.io/discovery/0.2.0/schema.json");
        assertThat(document.getJsonArray("skills")).hasSize(1);
        JsonObject entry = document.getJsonArray("skills").getJsonObject(0);
        assertThat(entry.getString("name")).isEqualTo(NAME);
        assertThat(entry.getString("type")).isEqualTo("archive");
        assertThat(entry.getString("description")).isEqualTo(new AgentSkill().description());
        assertThat(entry.getJsonArray("files")).containsExactlyInAnyOrderElementsOf(folder(FOLDER).keySet());

        Response archive = given().get(urlOf(entry));
        assertThat(archive.statusCode()).isEqualTo(200);
        assertThat(archive.contentType()).isEqualTo("application/zip");
        assertThat(entry.getString("digest")).isEqualTo(SkillFile.digestOf(archive.asByteArray()));
    }

    /** Draft 0.1.0. */
    @Test
    void indexListsFilesBelowTheName() {
        JsonObject entry = new JsonObject(given().get(INDEX).asString()).getJsonArray("skills").getJsonObject(0);

        assertThat(entry.getJsonArray("files")).allSatisfy(file -> assertThat(
                given().get("/.well-known/agent-skills/" + entry.getString("name") + "/" + file).statusCode()).isEqualTo(200));
    }

    @Test
    void archiveHasTheFolderAtItsRoot() throws IOException {
        byte[] archive = archive();
        Map<String, String> streamed = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                streamed.put(entry.getName(), new String(zip.readAllBytes()));
            }
        }
        Path file = Files.write(temporary.resolve("skill.zip"), archive);

        assertThat(streamed).isEqualTo(folder(FOLDER));
        assertThat(streamed.keySet().iterator().next()).isEqualTo("SKILL.md");
        // Unlike a stream, a file system reads the directory at the end.
        try (FileSystem zip = FileSystems.newFileSystem(file)) {
            assertThat(folder(zip.getPath("/"))).isEqualTo(folder(FOLDER));
        }
    }

    @Test
    void archiveIsTheSameInEveryTimeZone() throws IOException {
        TimeZone zone = TimeZone.getDefault();
        try {
            for (String other : List.of("Asia/Riyadh", "America/Los_Angeles")) {
                TimeZone.setDefault(TimeZone.getTimeZone(other));

                assertThat(SkillArchive.of(new AgentSkill().files())).as(other).isEqualTo(archive());
            }
        } finally {
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void changedFileChangesTheDigest() {
        List<SkillFile> files = List.of(SkillFile.read("/changed-skill/original/", "SKILL.md"));
        List<SkillFile> changed = List.of(SkillFile.read("/changed-skill/changed/", "SKILL.md"));

        assertThat(SkillFile.digestOf(SkillArchive.of(changed))).isNotEqualTo(SkillFile.digestOf(SkillArchive.of(files)));
        assertThat(changed.get(0).digest()).isNotEqualTo(files.get(0).digest());
    }

    private static byte[] archive() {
        return given().get(urlOf(new JsonObject(given().get(INDEX).asString()).getJsonArray("skills").getJsonObject(0)))
                .asByteArray();
    }

    private static URI urlOf(JsonObject entry) {
        return URI.create("http://localhost:" + RestAssured.port + INDEX).resolve(entry.getString("url"));
    }

    private static Map<String, String> folder(Path root) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (Stream<Path> found = Files.walk(root)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(file).toString().replace('\\', '/'), Files.readString(file));
            }
        }
        return files;
    }
}
