package dev.leantokens.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;

/** MCP is served only on its port, and nothing else is served there. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class PortsTest {

    private static final String[] PREFLIGHT = { "Origin: http://localhost:3000", "Access-Control-Request-Method: POST" };

    LeanStub lean;

    @ParameterizedTest
    @CsvSource({
            "POST, /v1/oauth2/token,    true",
            "GET,  /q/health,           true",
            "GET,  /q/health/live,      true",
            "GET,  /,                   true",
            "POST, /mcp,                false",
            "GET,  /mcp,                false",
            "GET,  /mcp/sse,            false",
            "POST, /mcp/messages/x,     false",
            "POST, /q/../mcp,           false",
            "POST, /%6dcp,              false",
            "POST, /mcp/,               false",
            "POST, /mcp//,              false",
            "OPTIONS, /mcp,             false",
            "OPTIONS, /v1/oauth2/token, true",
            "OPTIONS, /,                true",
    })
    void pathIsServedOnOnePortOnly(String method, String path, boolean main) {
        int served = main ? RestAssured.port : lean.mcpPort();
        int other = main ? lean.mcpPort() : RestAssured.port;

        RawHttp.Response elsewhere = request(other, method, path);
        assertThat(elsewhere.status()).isEqualTo(404);
        assertThat(elsewhere.body()).startsWith("{\"error\":\"invalid_request\"");
        if (!path.equals("/mcp/sse")) {
            // Never ends; TokenToolTest covers it.
            assertThat(request(served, method, path).body()).doesNotContain("of this port");
        }
    }

    @ParameterizedTest
    @CsvSource({ "/mcpx", "/MCP", "/v1", "/nothing", "/mcp;a", "/mcp/nothing", "/mcp/messages/" })
    void otherPathIsServedOnNoPort(String path) {
        for (String method : List.of("GET", "OPTIONS")) {
            for (int port : new int[] { RestAssured.port, lean.mcpPort() }) {
                assertThat(request(port, method, path).status()).as(method).isEqualTo(404);
                assertThat(request(port, method, path, PREFLIGHT).status()).as("preflight").isEqualTo(404);
            }
        }
    }

    /** RFC 9110 §9.3.7. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "/v1/oauth2/token     | POST, OPTIONS              | true",
            "/v1/oauth2/token/    | POST, OPTIONS              | true",
            "/v1/oauth2/token;a=b | POST, OPTIONS              | true",
            "/q/health            | GET, HEAD, OPTIONS         | true",
            "/q/health/live       | GET, HEAD, OPTIONS         | true",
            "/q/metrics           | GET, HEAD, OPTIONS         | true",
            "/                    | GET, HEAD, OPTIONS         | true",
            "/mcp                 | GET, POST, DELETE, OPTIONS | false",
            "/mcp/                | GET, POST, DELETE, OPTIONS | false",
            "/mcp/sse             | GET, OPTIONS               | false",
            "/mcp/messages/x      | POST, OPTIONS              | false",
    })
    void optionsNameTheServedMethods(String path, String methods, boolean main) {
        int port = main ? RestAssured.port : lean.mcpPort();

        RawHttp.Response plain = request(port, "OPTIONS", path);
        RawHttp.Response preflight = request(port, "OPTIONS", path, PREFLIGHT);

        assertThat(plain.status()).isEqualTo(200);
        assertThat(plain.body()).isEmpty();
        assertThat(plain.headers()).containsEntry("Allow", methods);
        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.headers()).containsEntry("Allow", methods)
                .containsEntry("Access-Control-Allow-Origin", "http://localhost:3000")
                .containsEntry("Access-Control-Allow-Methods", "POST");
    }

    /** RFC 9110 §15.5.6: the same methods as {@code OPTIONS} lists. */
    @ParameterizedTest
    @ValueSource(strings = { "PUT", "PATCH", "HEAD" })
    void otherMethodsOfMcpAreNotAllowed(String method) {
        RawHttp.Response response = request(lean.mcpPort(), method, "/mcp");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.headers()).containsEntry("Allow", "GET, POST, DELETE, OPTIONS");
    }

    private static RawHttp.Response request(int port, String method, String path, String... headers) {
        return RawHttp.send(RawHttp.LOOPBACK, port, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining())
                + "Content-Length: 0\r\nConnection: close\r\n\r\n");
    }
}
