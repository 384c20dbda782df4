package dev.leantokens.mcp;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.SseSession;
import dev.leantokens.testing.StatelessMcp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The Skills extension of MCP, in each way of speaking MCP. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class SkillMethodsTest {

    private static final Path FOLDER = Path.of("src/main/resources/agent-skills", McpCalls.TOOL);
    private static final String ROOT = "skill://" + McpCalls.TOOL;
    private static final String SKILL = ROOT + "/SKILL.md";
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";

    enum Way {
        STATELESS,
        SESSION,
        SSE
    }

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @ParameterizedTest
    @EnumSource
    void skillIsListedAndGotWithItsFrontMatterAndEachFile(Way way) throws IOException {
        JsonObject list = result(way, "skills/list", new JsonObject());
        JsonObject get = result(way, "skills/get", uri(SKILL));

        for (JsonObject result : List.of(list, get)) {
            assertThat(result.getString("resultType")).isEqualTo("complete");
            assertThat(result.getInteger("ttlMs")).isPositive();
            assertThat(result.getString("cacheScope")).isEqualTo("public");
            assertThat(result.containsKey("nextCursor")).isFalse();
            assertThat(result.containsKey("_meta")).isEqualTo(way == Way.STATELESS);
        }
        assertThat(list.getJsonArray("skills")).containsExactly(get.getJsonObject("skill"));
        JsonObject skill = get.getJsonObject("skill");
        assertThat(skill.fieldNames()).containsExactly("uri", "frontmatter", "resources");
        assertThat(skill.getString("uri")).isEqualTo(SKILL);
        String text = Files.readString(FOLDER.resolve("SKILL.md"));
        assertThat(skill.getJsonObject("frontmatter").getMap())
                .isEqualTo(new JsonObject(new Yaml().<Map<String, Object>> load(text.split("^---\n|\n---\n", 3)[1])).getMap());
        Map<String, JsonObject> files = skill.getJsonArray("resources").stream().map(JsonObject.class::cast)
                .collect(Collectors.toMap(file -> file.getString("uri"), file -> file));
        assertThat(files.keySet()).isEqualTo(files().map(SkillMethodsTest::uriOf).collect(Collectors.toSet()));
    }

    /** Over MCP and HTTP, and in the folder. */
    @ParameterizedTest
    @EnumSource
    void digestAndSizeAreThoseOfTheFileInEachWayOfReading(Way way) throws IOException {
        JsonArray files = result(way, "skills/get", uri(SKILL)).getJsonObject("skill").getJsonArray("resources");

        for (Object element : files) {
            JsonObject file = (JsonObject) element;
            String uri = file.getString("uri");
            String path = uri.substring(ROOT.length() + 1);
            JsonObject content = result(way, "resources/read", uri(uri)).getJsonArray("contents").getJsonObject(0);
            byte[] overHttp = given().get("/.well-known/agent-skills/" + McpCalls.TOOL + "/" + path).asByteArray();
            for (byte[] bytes : List.of(Files.readAllBytes(FOLDER.resolve(path)), overHttp,
                    content.getString("text").getBytes(StandardCharsets.UTF_8))) {
                assertThat(digest(bytes)).as(uri).isEqualTo(file.getString("digest"));
                assertThat(bytes).as(uri).hasSize(file.getInteger("size"));
            }
            assertThat(content.getString("uri")).isEqualTo(uri);
        }
    }

    @ParameterizedTest
    @EnumSource
    void resourcesAreDescribedAndReadByTheirFolders(Way way) throws IOException {
        Map<String, JsonObject> listed = result(way, "resources/list", new JsonObject()).getJsonArray("resources").stream()
                .map(JsonObject.class::cast).collect(Collectors.toMap(file -> file.getString("uri"), file -> file));
        assertThat(listed.keySet()).isEqualTo(files().map(SkillMethodsTest::uriOf).collect(Collectors.toSet()));
        assertThat(listed).allSatisfy((uri, resource) -> {
            Path file = FOLDER.resolve(uri.substring(ROOT.length() + 1));
            assertThat(resource.getString("mimeType")).isEqualTo(uri.endsWith(".md") ? "text/markdown" : "text/x-shellscript");
            assertThat(resource.getInteger("size")).isEqualTo((int) file.toFile().length());
            assertThat(resource.getString("title")).isNotBlank();
            assertThat(resource.getString("description")).isNotBlank();
            assertThat(resource.getString("name"))
                    .isEqualTo(uri.equals(SKILL) ? McpCalls.TOOL : file.getFileName().toString());
        });

        try (Stream<Path> folders = Files.walk(FOLDER).filter(Files::isDirectory)) {
            for (Path folder : folders.toList()) {
                JsonObject result = result(way, "resources/directory/read", uri(uriOf(folder)));
                assertThat(result.getString("resultType")).isEqualTo("complete");
                try (Stream<Path> children = Files.list(folder)) {
                    assertThat(result.getJsonArray("resources")).containsExactlyInAnyOrder(children
                            .map(child -> Files.isDirectory(child)
                                    ? uri(uriOf(child)).put("name", child.getFileName().toString())
                                            .put("mimeType", "inode/directory")
                                    : listed.get(uriOf(child)))
                            .toArray());
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "skills/list              | {\"cursor\":\"x\"}",
            "skills/list              | {\"cursor\":\"\"}",
            "skills/list              | {\"cursor\":7}",
            "skills/get               | {}",
            "skills/get               | {\"uri\":null}",
            "skills/get               | {\"uri\":7}",
            "skills/get               | {\"uri\":{}}",
            "skills/get               | {\"uri\":[\"skill://lean-generate-access-token/SKILL.md\"]}",
            "skills/get               | {\"uri\":\"\"}",
            "skills/get               | {\"uri\":\"skill://nothing/SKILL.md\"}",
            "skills/get               | {\"uri\":\"skill://lean-generate-access-token\"}",
            "skills/get               | {\"uri\":\"skill://lean-generate-access-token/\"}",
            "skills/get               | {\"uri\":\"skill://lean-generate-access-token/SKILL.md/\"}",
            "skills/get               | {\"uri\":\"skill://lean-generate-access-token/skill.md\"}",
            "skills/get               | {\"uri\":\"SKILL://lean-generate-access-token/SKILL.md\"}",
            "skills/get               | {\"uri\":\"skill://lean-generate-access-token/%53KILL.md\"}",
            "skills/get               | {\"uri\":\"skill://lean-generate-access-token/references/../SKILL.md\"}",
            "skills/get               | {\"uri\":\"skill://lean-generate-access-token/references/errors.md\"}",
            "resources/directory/read | {}",
            "resources/directory/read | {\"uri\":7}",
            "resources/directory/read | {\"uri\":\"\"}",
            "resources/directory/read | {\"uri\":\"skill://\"}",
            "resources/directory/read | {\"uri\":\"skill:/\"}",
            "resources/directory/read | {\"uri\":\"skill://nothing\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token/\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token/SKILL.md\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token/nothing\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token/references/\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token/References\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token/%72eferences\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token/references/..\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token/..\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token\",\"cursor\":\"x\"}",
            "resources/directory/read | {\"uri\":\"skill://lean-generate-access-token\",\"cursor\":7}",
    })
    void otherParametersAreInvalid(String method, String params) {
        for (Way way : Way.values()) {
            JsonObject response = send(way, method, new JsonObject(params));

            assertThat(response.getInteger("id")).as(way + ": " + response).isEqualTo(1);
            assertThat(response.getJsonObject("error").getInteger("code")).as(way + ": " + response).isEqualTo(-32602);
            assertThat(response.getJsonObject("error").getString("message")).isNotBlank();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "skills/get", "resources/directory/read" })
    void errorDoesNotQuoteTheUri(String method) {
        for (Way way : Way.values()) {
            JsonObject response = send(way, method, uri("skill://s3cr3t" + "/x".repeat(3_000)));

            assertThat(response.getJsonObject("error").getInteger("code")).isEqualTo(-32602);
            assertThat(response.encode()).doesNotContain("s3cr3t").contains(ROOT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "skills/list", "skills/get", "resources/directory/read" })
    void notificationIsNotAnswered(String method) {
        JsonObject notification = request(method, uri(SKILL));
        notification.remove("id");

        assertThat(new StatelessMcp(lean.mcpPort()).post(RawHttp.LOOPBACK,
                notification.copy().put("params", uri(SKILL).put("_meta", StatelessMcp.meta())).encode(),
                StatelessMcp.VERSION_HEADER, "Mcp-Method: " + method).status()).isEqualTo(202);
        assertThat(post(notification.encode(), "Mcp-Session-Id: " + session()).status()).isEqualTo(202);
        try (SseSession sse = sse()) {
            sse.post(notification.encode());
            sse.post(request("ping", new JsonObject()).encode());
            assertThat(sse.nextMessage().getInteger("id")).isEqualTo(1);
        }
    }

    @Test
    void requestsMayBePartOfABatch() {
        JsonObject list = request("skills/list", new JsonObject());
        String batch = new JsonArray().add(list).add(request("ping", new JsonObject()).put("id", 2))
                .add(request("skills/get", uri("skill://nothing")).put("id", "three"))
                .add(request("resources/directory/read", uri(ROOT)).put("id", 4)).encode();
        String session = "Mcp-Session-Id: " + session();

        Map<Object, JsonObject> responses = post(batch, session).body().lines().filter(line -> line.startsWith("data: "))
                .map(line -> new JsonObject(line.substring("data: ".length())))
                .collect(Collectors.toMap(response -> response.getValue("id"), response -> response));

        assertThat(responses).containsOnlyKeys(1, 2, "three", 4);
        assertThat(responses.get(1).getJsonObject("result").getJsonArray("skills")).hasSize(1);
        assertThat(responses.get(2).getJsonObject("result")).isEmpty();
        assertThat(responses.get("three").getJsonObject("error").getInteger("code")).isEqualTo(-32602);
        assertThat(responses.get(4).getJsonObject("result").getJsonArray("resources")).isNotEmpty();
        RawHttp.Response single = post(new JsonArray().add(list).encode(), session);
        assertThat(single.headers()).containsEntry("Content-Type", "application/json");
        assertThat(new JsonObject(single.body()).getJsonObject("result").getJsonArray("skills")).hasSize(1);
    }

    @Test
    void rulesOfSessionsApply() {
        String list = request("skills/list", new JsonObject()).encode();

        assertThat(post(list).status()).isEqualTo(400);
        assertThat(post(list, "Mcp-Session-Id: unknown").status()).isEqualTo(404);
        try (SseSession sse = new SseSession(lean.mcpPort())) {
            sse.post(list);
            JsonObject error = sse.nextMessage().getJsonObject("error");
            assertThat(error.getInteger("code")).isEqualTo(-32601);
            assertThat(error.getString("message")).contains("initialize");
        }
    }

    /** A method of clients, by which requests reach the validator. */
    @ParameterizedTest
    @ValueSource(strings = { "{}", "{\"method\":\"skills/list\"}", "{\"method\":7}" })
    void carrierIsAnUnknownMethodForClients(String params) {
        for (Way way : Way.values()) {
            JsonObject response = send(way, "roots/list", new JsonObject(params));

            assertThat(response.getJsonObject("error").getInteger("code")).as(way.toString()).isEqualTo(-32601);
        }
    }

    @Test
    void requestsAreCountedInEachWay() {
        Metrics before = Metrics.scrape();

        for (Way way : Way.values()) {
            send(way, "skills/list", new JsonObject());
            send(way, "skills/get", uri("skill://nothing"));
            send(way, "resources/directory/read", uri(ROOT));
            send(way, "resources/read", uri(ROOT + "/references/errors.md"));
        }

        Metrics after = Metrics.scrape();
        for (String method : List.of("skills_list", "skills_get", "resources_directory_read")) {
            String count = "mcp_server_requests_" + method + "_seconds_count";
            assertThat(after.sum(count, "failure=\"none\"") - before.sum(count, "failure=\"none\"")).as(method).isEqualTo(3);
        }
        String reads = "mcp_server_requests_resources_read_seconds_count";
        String errors = "resource_uri=\"" + ROOT + "/references/errors.md\"";
        assertThat(after.sum(reads, errors) - before.sum(reads, errors)).isEqualTo(3);
        assertThat(after.sum("mcp_server_requests_roots_list_seconds_count", "failure")).isZero();
    }

    private JsonObject result(Way way, String method, JsonObject params) {
        JsonObject response = send(way, method, params);
        assertThat(response.fieldNames()).as(response.encode()).contains("result");
        return response.getJsonObject("result");
    }

    private JsonObject send(Way way, String method, JsonObject params) {
        String request = request(method, params).encode();
        return switch (way) {
            case STATELESS -> new JsonObject(new StatelessMcp(lean.mcpPort()).send(method, params).body());
            case SESSION -> new JsonObject(post(request, "Mcp-Session-Id: " + session()).body());
            case SSE -> {
                try (SseSession sse = sse()) {
                    RawHttp.Response response = sse.post(request);
                    yield response.status() == 200 ? sse.nextMessage() : new JsonObject(response.body());
                }
            }
        };
    }

    private String session() {
        return post(INITIALIZE).headers().get("Mcp-Session-Id");
    }

    private SseSession sse() {
        SseSession sse = new SseSession(lean.mcpPort());
        sse.post(INITIALIZE);
        sse.nextMessage();
        return sse;
    }

    private RawHttp.Response post(String body, String... headers) {
        return RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "application/json", body, Stream
                .concat(Stream.of(headers), Stream.of("Accept: application/json, text/event-stream")).toArray(String[]::new));
    }

    private static JsonObject request(String method, JsonObject params) {
        return new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", method).put("params", params);
    }

    private static JsonObject uri(String uri) {
        return new JsonObject().put("uri", uri);
    }

    private static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(Files::isRegularFile).toList().stream();
        }
    }

    private static String uriOf(Path path) {
        String relative = FOLDER.relativize(path).toString();
        return relative.isEmpty() ? ROOT : ROOT + "/" + relative;
    }

    private static String digest(byte[] bytes) {
        try {
            return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
