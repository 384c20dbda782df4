package dev.leantokens.openapi;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.leantokens.error.TokenError;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Schemas;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;

/** Sends the requests of the API description, and validates each response against it. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class ApiDescriptionTest {

    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String OPERATION = "/paths/~1v1~1oauth2~1token/post";
    private static final String API = "{\"scope\":\"api\"}";

    /** No request causes a fault of this service; TokenErrorTest covers its response. */
    private static final String CANNOT_BE_SEEN = "500";

    /** Headers of the transfer. */
    private static final Set<String> OF_HTTP = Set.of("content-length", "content-type", "connection");

    /** Errors of other paths and methods, and of MCP. */
    private static final Set<TokenError> ELSEWHERE = Set.of(TokenError.NOT_FOUND, TokenError.METHOD_NOT_ALLOWED,
            TokenError.NOT_ACCEPTABLE, TokenError.INSUFFICIENT_SCOPE);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    LeanStub lean;

    private ObjectNode description;

    @BeforeEach
    void reset() throws JsonProcessingException {
        lean.reset();
        description = (ObjectNode) MAPPER.readTree(
                given().accept(JSON).get("/q/openapi").then().statusCode(200).contentType(JSON).extract().asString());
    }

    @Test
    void fileIsServedUnchanged() throws IOException {
        Response yaml = given().get("/q/openapi");

        assertThat(yaml.statusCode()).isEqualTo(200);
        assertThat(yaml.contentType()).startsWith("application/yaml");
        assertThat(yaml.asString()).isEqualTo(Files.readString(Path.of("src/main/resources/META-INF/openapi.yaml")));
        assertThat(MAPPER.readTree(given().get("/q/openapi?format=json").asString())).isEqualTo(description);
        assertThat(description.get("openapi").asText()).startsWith("3.1");
    }

    @Test
    void bothFilesHaveTheSameDescription() throws IOException {
        JsonNode yaml = MAPPER.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(Path.of("src/main/resources/META-INF/openapi.yaml"))));
        Path json = Path.of("src/main/resources/META-INF/openapi.json");
        Path expected = Files.writeString(Path.of("target/openapi.json"), yaml.toPrettyString() + "\n");

        assertThat(MAPPER.readTree(json.toFile())).as("copy %s to %s", expected, json).isEqualTo(yaml);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "*/*                                         | application/yaml",
            "application/json, application/yaml;q=0.9    | application/json",
            "application/json;q=0.1, application/yaml    | application/yaml",
            "application/json;q=0                        | application/yaml",
            "application/vnd.oai.openapi                 | application/yaml",
            "text/*                                      | application/yaml",
            // No preference: empty or malformed.
            "''                                          | application/yaml",
            "text/html;q=                                | application/yaml",
            "yaml                                        | application/yaml",
    })
    void formatFollowsTheAcceptHeader(String accept, String type) {
        Response response = given().header("Accept", accept).get("/q/openapi");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.contentType()).startsWith(type);
        assertThat(response.headers().getValues("Vary")).containsExactly("Accept");
    }

    @Test
    void swaggerUiIsOffByDefault() {
        for (String path : List.of("/q/swagger-ui", "/q/swagger-ui/index.html", "/q/swagger-ui/swagger-ui-bundle.js")) {
            assertThat(given().get(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void everyStatusOfThisServiceIsDescribed() {
        Set<String> statuses = new TreeSet<>();
        Arrays.stream(TokenError.values()).filter(error -> !ELSEWHERE.contains(error))
                .forEach(error -> statuses.add(Integer.toString(error.status())));
        // In addition to those of Lean.
        statuses.addAll(List.of("200", "4XX"));

        assertThat(names(description.at(OPERATION + "/responses"))).containsExactlyInAnyOrderElementsOf(statuses);
    }

    @TestFactory
    Stream<DynamicTest> examplesOfRequestsAreAnsweredWithTokens() {
        List<DynamicTest> tests = new ArrayList<>();
        description.at(OPERATION + "/requestBody/content").properties().forEach(content -> content.getValue().get("examples")
                .properties().forEach(example -> tests.add(DynamicTest.dynamicTest(
                        content.getKey() + " " + example.getKey(), () -> {
                            lean.reset();
                            Response response = post(content.getKey(), example.getValue().get("value"));
                            assertThat(check(response)).isEqualTo("200");
                        }))));
        assertThat(tests).hasSize(5);
        return tests.stream();
    }

    /** Swagger UI fills a field with the first example of its member or a generated value, and omits empty fields. */
    @Test
    void formFilledWithExamplesSendsOnlyTheScope() {
        String form = description.at(OPERATION + "/requestBody/content/application~1x-www-form-urlencoded/schema/$ref").asText()
                .substring(1) + "/properties";
        Map<String, String> sent = new TreeMap<>();
        description.at(form).properties().forEach(member -> {
            JsonNode examples = member.getValue().has("examples") ? member.getValue().get("examples")
                    : resolved(member.getValue()).path("examples");
            String first = examples.path(0).asText("generated");
            if (!first.isEmpty()) {
                sent.put(member.getKey(), first);
            }
            examples.forEach(example -> Schemas.assertValid(description, form + "/" + member.getKey(), example));
        });

        assertThat(sent).isEqualTo(Map.of("scope", "api"));
        assertThat(check(post(request().contentType(FORM).formParams(sent)))).isEqualTo("200");
    }

    @Test
    void bothMediaTypesHaveTheSameMembersAndMaskTheSecret() {
        List<JsonNode> schemas = Stream.of(JSON, FORM).map(type -> resolved(description.at(OPERATION + "/requestBody/content/"
                + type.replace("/", "~1") + "/schema"))).toList();

        assertThat(names(schemas.get(0).get("properties"))).isEqualTo(names(schemas.get(1).get("properties")));
        assertThat(schemas.get(0).get("required")).isEqualTo(schemas.get(1).get("required"));
        assertThat(schemas).allSatisfy(schema -> assertThat(resolved(schema.at("/properties/client_secret")).get("format")
                .asText()).isEqualTo("password"));
    }

    private Response post(String type, JsonNode members) {
        if (type.equals(JSON)) {
            return post(request().contentType(JSON).body(members.toString()));
        }
        RequestSpecification form = request().contentType(FORM);
        members.properties().forEach(member -> form.formParam(member.getKey(), member.getValue().asText()));
        return post(form);
    }

    @Test
    void everyDescribedResponseIsSentAsDescribed() {
        Set<String> seen = new TreeSet<>();
        seen.add(check(post(request().contentType(JSON).body(API))));
        seen.add(check(post(request().contentType(JSON).body(API).header("Cache-Control", "no-cache"))));
        for (String wrong : List.of("", "{", "[]", "{}", "{\"scope\":7}", "{\"scope\":\"api\",\"scope\":\"api\"}",
                "{\"scope\":\"everything\"}", "{\"scope\":\"api\",\"grant_type\":\"password\"}")) {
            seen.add(check(post(request().contentType(JSON).body(wrong))));
        }
        seen.add(check(post(request().contentType(FORM).body("scope=%zz"))));
        seen.add(check(post(request().contentType("text/plain").body(API))));
        seen.add(check(post(request().contentType(JSON).body(API).header("Content-Encoding", "gzip"))));
        seen.add(check(post(request().body("x".repeat(20_000)).contentType(JSON))));
        seen.add(check(post(request().contentType(JSON).body(API).header("Origin", "https://evil.example.com"))));
        seen.add(check(post(request().contentType(JSON).body(API).header("Authorization", "Bearer unknown"))));
        seen.add(check(post(request().contentType(FORM).formParam("scope", "api").auth().preemptive().basic("nobody", "x"))));
        // Lean's errors about a caller's credentials, passed on or replaced.
        for (int status : new int[] { 400, 401, 403, 409, 422, 429 }) {
            lean.answers(status, "{\"error\":\"access_denied\",\"error_uri\":\"https://example.com\",\"more\":7}");
            seen.add(check(post(request().contentType(JSON).body(callers()))));
        }
        lean.answers(401, "text/html", "<html>");
        seen.add(check(post(request().contentType(JSON).body(callers()))));
        seen.add(check(post(request().contentType(JSON).body(API))));
        lean.answers(200, "text/html", "<html>");
        seen.add(check(post(request().contentType(JSON).body(API))));
        lean.answers(aResponse().withStatus(503).withHeader("Retry-After", "60"));
        seen.add(check(post(request().contentType(JSON).body(API))));
        lean.whileAway(() -> seen.add(check(post(request().contentType(JSON).body(API)))));
        lean.answers(aResponse().withStatus(200).withFixedDelay(4000));
        seen.add(check(post(request().contentType(JSON).body(API))));

        Set<String> described = names(description.at(OPERATION + "/responses"));
        described.remove(CANNOT_BE_SEEN);
        assertThat(seen).isEqualTo(described);
    }

    private static RequestSpecification request() {
        return given().redirects().follow(false);
    }

    private static Response post(RequestSpecification request) {
        return request.post("/v1/oauth2/token");
    }

    /** Each request has another id, since a throttled client is not sent to Lean for a while. */
    private static String callers() {
        return "{\"scope\":\"api\",\"client_id\":\"" + UUID.randomUUID() + "\",\"client_secret\":\"secret\"}";
    }

    /** @return the status or range that describes the response */
    private String check(Response response) {
        String status = Integer.toString(response.statusCode());
        String range = status.charAt(0) + "XX";
        String responses = OPERATION + "/responses/";
        String described = description.at(responses + status).isMissingNode() ? range : status;
        JsonNode expected = description.at(responses + described);
        assertThat(expected.isMissingNode()).as("%s %s is described", status, response.asString()).isFalse();
        checkHeaders(response, expected);

        String type = response.contentType().replaceFirst(";.*", "");
        Schemas.assertValid(description, responses + described + "/content/" + type.replace("/", "~1") + "/schema",
                read(response.asString()));
        return described;
    }

    private void checkHeaders(Response response, JsonNode described) {
        Map<String, JsonNode> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        described.path("headers").properties().forEach(header -> headers.put(header.getKey(), resolved(header.getValue())));
        headers.forEach((name, header) -> {
            String value = response.header(name);
            if (value == null) {
                assertThat(header.path("required").asBoolean()).as("%s is there", name).isFalse();
            } else {
                boolean number = header.at("/schema/type").asText().equals("integer");
                Schemas.assertValid(header.get("schema"), number ? read(value) : MAPPER.valueToTree(value));
            }
        });
        assertThat(response.headers().asList().stream().map(Header::getName).filter(name -> !OF_HTTP.contains(
                name.toLowerCase(Locale.ROOT)))).allMatch(headers::containsKey);
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? description.at(node.get("$ref").asText().substring(1)) : node;
    }

    private static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
