package dev.leantokens.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;

/** MCP is served on its port and nowhere else, and nothing else there. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class PortsTest {

    LeanStub lean;

    @ParameterizedTest
    @CsvSource({
            "POST, /v1/oauth2/token,    true",
            "GET,  /q/health,           true",
            "GET,  /q/health/live,      true",
            "POST, /mcp,                false",
            "GET,  /mcp,                false",
            "GET,  /mcp/sse,            false",
            "POST, /mcp/messages/x,     false",
            "POST, /q/../mcp,           false",
            "POST, /%6dcp,              false",
    })
    void pathIsServedOnOneOfThePorts(String method, String path, boolean main) {
        int served = main ? RestAssured.port : lean.mcpPort();
        int other = main ? lean.mcpPort() : RestAssured.port;

        RawHttp.Response elsewhere = request(other, method, path);
        assertThat(elsewhere.status()).isEqualTo(404);
        assertThat(elsewhere.body()).startsWith("{\"error\":\"invalid_request\"");
        if (!path.equals("/mcp/sse")) {
            // That one is a stream without an end; TokenToolTest uses it.
            assertThat(request(served, method, path).body()).doesNotContain("of this port");
        }
    }

    @ParameterizedTest
    @CsvSource({ "/", "/mcpx", "/MCP", "/v1", "/nothing" })
    void otherPathIsServedOnNeither(String path) {
        assertThat(request(RestAssured.port, "GET", path).status()).isEqualTo(404);
        assertThat(request(lean.mcpPort(), "GET", path).status()).isEqualTo(404);
    }

    private static RawHttp.Response request(int port, String method, String path) {
        return RawHttp.send(RawHttp.LOOPBACK, port,
                method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}
