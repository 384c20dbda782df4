package dev.leantokens.skill;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;

/** Reads the skill's files over HTTP, and asks whether copies are current. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class SkillFilesTest {

    private static final String SKILLS = "/.well-known/agent-skills";
    private static final String NAME = "lean-generate-access-token";
    private static final String INSTRUCTIONS = SKILLS + "/" + NAME + "/SKILL.md";
    private static final Path FOLDER = Path.of("src/main/resources/agent-skills", NAME);

    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(Files::isRegularFile).map(file -> FOLDER.relativize(file).toString().replace('\\', '/'))
                    .toList();
        }
    }

    static List<String> documents() throws IOException {
        List<String> documents = new ArrayList<>(List.of(SKILLS + "/index.json", SKILLS + "/" + NAME + ".zip"));
        files().forEach(file -> documents.add(SKILLS + "/" + NAME + "/" + file));
        return documents;
    }

    @ParameterizedTest
    @MethodSource("files")
    void fileIsServedByteForByte(String file) throws IOException {
        Response response = given().get(SKILLS + "/" + NAME + "/" + file);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.asByteArray()).isEqualTo(Files.readAllBytes(FOLDER.resolve(file)));
        assertThat(response.contentType()).isEqualTo(
                file.endsWith(".md") ? "text/markdown;charset=UTF-8" : "text/x-shellscript;charset=UTF-8");
    }

    @ParameterizedTest
    @MethodSource("documents")
    void headHasTheHeadersOfGet(String path) {
        Response get = given().get(path);
        Response head = given().head(path);

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.asByteArray()).isEmpty();
        assertThat(head.headers().asList()).isEqualTo(get.headers().asList());
        assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(get.asByteArray().length));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void tagIsTheDigestAndCurrentCopiesAreNotSentAgain(String path) {
        Response first = given().get(path);
        String tag = first.header("ETag");
        Response again = given().header("If-None-Match", tag).get(path);

        assertThat(tag).isEqualTo('"' + SkillFile.digestOf(first.asByteArray()) + '"');
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.asByteArray()).isEmpty();
        assertThat(again.header("ETag")).isEqualTo(tag);
        assertThat(again.header("Cache-Control")).isEqualTo(first.header("Cache-Control")).isEqualTo("max-age=300");
        assertThat(given().header("If-None-Match", tag).head(path).statusCode()).isEqualTo(304);
    }

    /** {@code TAG} stands for the tag of the current copy. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', value = {
            "TAG            | 304", "W/TAG          | 304", "w/TAG          | 304", "*              | 304",
            "\"a\", TAG     | 304", "\"a,b\",W/TAG,\"c\" | 304", "TAG,           | 304",
            "\"a\"          | 200", "W/\"a\"        | 200", "\"*\"          | 200", "\"              | 200",
            ",,,            | 200", "W/             | 200", "é\"             | 200", "''             | 200" })
    void conditionalRequestSendsWhatTheCallerDoesNotHave(String ifNoneMatch, int status) {
        String tag = given().get(INSTRUCTIONS).header("ETag");

        assertThat(get(INSTRUCTIONS, "If-None-Match: " + ifNoneMatch.replace("TAG", tag)).status()).isEqualTo(status);
    }

    @Test
    void everyIfNoneMatchHeaderCounts() {
        String tag = given().get(INSTRUCTIONS).header("ETag");

        assertThat(get(INSTRUCTIONS, "If-None-Match: \"a\"", "If-None-Match: " + tag).status()).isEqualTo(304);
    }

    @Test
    void rangeIsIgnored() {
        RawHttp.Response whole = get(INSTRUCTIONS, "Range: bytes=0-9");

        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.headers()).doesNotContainKeys("Content-Range", "Accept-Ranges");
    }

    @Test
    void responseIsNotCompressed() {
        assertThat(get(INSTRUCTIONS, "Accept-Encoding: gzip").headers()).doesNotContainKey("Content-Encoding");
    }

    @ParameterizedTest
    @ValueSource(strings = { "text/*", "image/png", "", "text/html;q=", "markdown" })
    void acceptHeaderDoesNotMatter(String accept) {
        assertThat(get(INSTRUCTIONS, "Accept: " + accept).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "/", "/another/SKILL.md", "/index.json/", "/INDEX.json", "/index.json;x", "//index.json",
            "/" + NAME, "/" + NAME + "/", "/" + NAME + "/SKILL.md/", "/" + NAME + "/skill.md", "/" + NAME + "/references",
            "/" + NAME + "/references/", "/" + NAME + "/scripts", "/" + NAME + "/references/../SKILL.md",
            "/" + NAME + "/references%2Ferrors.md", "/" + NAME + "%2FSKILL.md", "/" + NAME + "/%2e%2e/index.json",
            "/" + NAME + "/..%2f..%2fapplication.properties", "/" + NAME + "/..;/index.json", "/" + NAME + "/SKILL.md%00",
            "/" + NAME + ".ZIP", "/" + NAME + ".tar.gz" })
    void otherPathsAreNotFound(String path) {
        for (String method : List.of("GET", "OPTIONS", "POST")) {
            RawHttp.Response response = send(method, SKILLS + path);

            assertThat(response.status()).as(method).isEqualTo(404);
            assertThat(response.body()).contains("\"error\":\"invalid_request\"");
        }
    }

    @Test
    void pathOutsideOfTheSkillIsNotPublic() {
        RawHttp.Response response = get(SKILLS + "/../../q/health", "Origin: https://evil.example");

        assertThat(response.status()).isEqualTo(403);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void skillIsReadOnly(String path) {
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
            RawHttp.Response response = send(method, path);

            assertThat(response.status()).as(method).isEqualTo(405);
            assertThat(response.headers()).containsEntry("Allow", "GET, HEAD, OPTIONS");
            assertThat(response.body()).contains("\"error\":\"invalid_request\"");
        }
        assertThat(send("OPTIONS", path).headers()).containsEntry("Allow", "GET, HEAD, OPTIONS");
    }

    private static RawHttp.Response get(String path, String... headers) {
        return send("GET", path, headers);
    }

    private static RawHttp.Response send(String method, String path, String... headers) {
        return RawHttp.send(RawHttp.LOOPBACK, RestAssured.port, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n") + "Connection: close\r\n\r\n");
    }
}
