package dev.leantokens.pages;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonObject;

/** Each endpoint in the reference is served on its port only, with the documented methods and statuses. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class DocumentedEndpointsTest {

    private static final Path PAGE = Pages.REFERENCE.resolve("rest.md");
    private static final String MAIN_PORT = "8080";
    private static final Pattern METHODS_AND_PATH = Pattern.compile("`([A-Z]+)?(?: ?(/[^`]*))?`");

    LeanStub lean;

    /** A path with its methods, from a row of the table. */
    record Endpoint(String port, Set<String> methods, String path, Set<Integer> statuses) {

        boolean isOnMainPort() {
            return port.equals(MAIN_PORT);
        }
    }

    static List<Endpoint> endpoints() {
        List<Endpoint> endpoints = Tables.rows(PAGE).stream().filter(row -> row.get(0).matches("\\d+"))
                .flatMap(row -> endpoints(row).stream()).toList();
        assertThat(endpoints).hasSizeGreaterThan(10);
        return endpoints;
    }

    private static List<Endpoint> endpoints(List<String> row) {
        Set<Integer> statuses = Pattern.compile("\\b\\d{3}\\b").matcher(row.get(3)).results().map(MatchResult::group)
                .map(Integer::valueOf).collect(Collectors.toSet());
        List<Endpoint> endpoints = new ArrayList<>();
        List<String> methods = new ArrayList<>();
        boolean complete = false;
        for (MatchResult code : METHODS_AND_PATH.matcher(row.get(1)).results().toList()) {
            if (code.group(1) != null) {
                if (complete) {
                    methods.clear();
                }
                methods.add(code.group(1));
            }
            complete = code.group(2) != null;
            if (complete) {
                endpoints.add(new Endpoint(row.get(0), Set.copyOf(methods), code.group(2), statuses));
            }
        }
        return endpoints;
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void endpointHasTheDocumentedMethodsOnItsPortOnly(Endpoint endpoint) {
        int port = endpoint.isOnMainPort() ? RestAssured.port : lean.mcpPort();
        int other = endpoint.isOnMainPort() ? lean.mcpPort() : RestAssured.port;
        String path = endpoint.path().replace("{id}", "an-id");

        String allow = given().port(port).options(path).then().extract().header("Allow");
        assertThat(allow).isNotNull();
        assertThat(Set.of(allow.split(", "))).containsAll(endpoint.methods());
        assertThat(Stream.of("POST", "DELETE", "PUT", "PATCH").filter(allow::contains)).isSubsetOf(endpoint.methods());
        assertThat(given().port(other).get(path).statusCode()).isEqualTo(404);
    }

    static List<Endpoint> readable() {
        return endpoints().stream().filter(endpoint -> endpoint.isOnMainPort() && endpoint.methods().contains("GET")).toList();
    }

    @ParameterizedTest
    @MethodSource("readable")
    void endpointAnswersAsDocumented(Endpoint endpoint) throws IOException {
        // Does not read the body: streams do not end.
        HttpURLConnection connection = (HttpURLConnection) new URL("http://localhost:" + RestAssured.port + endpoint.path())
                .openConnection();
        connection.setInstanceFollowRedirects(false);
        try {
            assertThat(endpoint.statuses()).contains(connection.getResponseCode());
        } finally {
            connection.disconnect();
        }
    }

    @ParameterizedTest
    @MethodSource("startPageMembers")
    void startPageHasTheDocumentedMembers(String member) {
        JsonObject page = new JsonObject(given().accept("application/json").get("/").asString());
        // Only with Swagger UI, and only with the stand-in.
        Set<String> optional = Set.of("swagger_ui", "warning");

        assertThat(page.containsKey(member) || optional.contains(member)).isTrue();
        assertThat(startPageMembers()).containsAll(page.fieldNames());
    }

    static List<String> startPageMembers() {
        String section = Tables.textOf(PAGE).replaceFirst("(?s).*\n## The start page\n", "").replaceFirst("(?s)\n## .*", "");
        return section.lines().filter(line -> line.startsWith("| `")).map(line -> line.split("\\|")[1])
                .flatMap(cell -> Pattern.compile("`(\\w+)`").matcher(cell).results()).map(code -> code.group(1)).toList();
    }
}
