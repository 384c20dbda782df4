package dev.leantokens.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.KeptConnection;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;

/** The connection of a request that is refused before its body is read. */
@QuarkusIntegrationTest
@WithTestResource(LeanStub.class)
class RefusedRequestsIT {

    private static final String BODY = "{\"scope\":\"api\"}";
    private static final String NOBODY = "Authorization: Bearer nobodys-secret";

    LeanStub lean;

    /** How a body can be framed. */
    private enum Framing {
        DECLARED {
            @Override
            String of(String body) {
                return "Content-Length: " + body.length() + "\r\n\r\n" + body;
            }
        },
        CHUNKED {
            @Override
            String of(String body) {
                return "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\r\n" + body
                        + "\r\n0\r\n\r\n";
            }
        },
        MISSING {
            @Override
            String of(String body) {
                return "\r\n";
            }
        };

        /** @return the end of a request, from the header that frames the body */
        abstract String of(String body);
    }

    private KeptConnection connect(boolean main, String from) {
        return new KeptConnection(from, main ? RestAssured.port : lean.mcpPort());
    }

    private static String request(String line, String headers) {
        return line + " HTTP/1.1\r\n" + (headers.contains("Host:") ? "" : "Host: localhost\r\n")
                + (headers.contains("Content-Type:") ? "" : "Content-Type: application/json\r\n")
                + Stream.of(headers.split(" & ")).map(header -> header.isEmpty() ? "" : header + "\r\n").reduce("",
                        String::concat);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", value = {
            "REST | POST /v1/oauth2/token    | Authorization: Bearer nobodys-secret                           | 401",
            "REST | POST /v1/oauth2/token    | Authorization: Basic bm9ib2R5OndpdGhvdXQ=                      | 401",
            "REST | POST /v1/oauth2/token    | Authorization: Digest username=nobody                          | 401",
            "REST | POST /v1/oauth2/token    | Authorization: Basic ?                                         | 400",
            "REST | POST /v1/oauth2/token    | Authorization: Bearer nobodys-secret & Expect: 100-continue    | 401",
            "REST | POST /v1/oauth2/token    | Host: rebound.example                                          | 403",
            "REST | POST /v1/oauth2/token    | Origin: https://pages.example                                  | 403",
            "REST | POST /v1/oauth2/token    | Content-Encoding: gzip                                         | 415",
            "REST | POST /v1/oauth2/token    | Content-Encoding: gzip & Expect: 100-continue                  | 415",
            "REST | POST /v1/oauth2/token    | Content-Type: text/plain                                       | 415",
            "REST | PUT /v1/oauth2/token     | ''                                                             | 405",
            "REST | PUT /v1/oauth2/token     | Expect: 100-continue                                           | 405",
            "REST | OPTIONS /v1/oauth2/token | ''                                                             | 200",
            "REST | OPTIONS /v1/oauth2/token | Origin: http://localhost & Access-Control-Request-Method: POST | 200",
            "REST | OPTIONS /nothing         | ''                                                             | 404",
            "REST | POST /nothing            | ''                                                             | 404",
            "REST | POST /nothing            | Expect: 100-continue                                           | 404",
            "REST | POST /mcp                | ''                                                             | 404",
            "REST | POST /q/metrics          | ''                                                             | 405",
            "REST | GET /q/health/nothing    | ''                                                             | 404",
            "REST | GET /q/health/live       | ''                                                             | 200",
            "MCP  | POST /mcp                | Authorization: Bearer nobodys-secret                           | 401",
            "MCP  | POST /mcp                | Authorization: Basic bm9ib2R5OndpdGhvdXQ=                      | 401",
            "MCP  | POST /mcp                | Authorization: Digest username=nobody                          | 401",
            "MCP  | POST /mcp                | Authorization: Bearer nobodys-secret & Expect: 100-continue    | 401",
            "MCP  | POST /mcp                | Host: rebound.example                                          | 403",
            "MCP  | POST /mcp                | Origin: https://pages.example                                  | 403",
            "MCP  | POST /mcp                | Content-Encoding: gzip                                         | 415",
            "MCP  | POST /mcp                | Content-Type: text/plain                                       | 415",
            "MCP  | POST /mcp                | Accept: text/plain                                             | 406",
            "MCP  | POST /mcp                | ''                                                             | 400",
            "MCP  | POST /mcp                | MCP-Protocol-Version: 2026-07-28                               | 400",
            "MCP  | PUT /mcp                 | ''                                                             | 405",
            "MCP  | GET /mcp                 | ''                                                             | 405",
            "MCP  | GET /mcp                 | MCP-Protocol-Version: 2026-07-28                               | 405",
            "MCP  | GET /mcp                 | Mcp-Session-Id: nobodys                                        | 404",
            "MCP  | DELETE /mcp              | Mcp-Session-Id: nobodys                                        | 404",
            "MCP  | OPTIONS /mcp             | ''                                                             | 200",
            "MCP  | POST /mcp/sse            | ''                                                             | 405",
            "MCP  | POST /mcp/messages/x     | ''                                                             | 400",
            "MCP  | POST /mcp/nothing        | ''                                                             | 404",
            "MCP  | POST /v1/oauth2/token    | ''                                                             | 404",
    })
    void connectionServesTheNextRequest(String port, String line, String headers, int status) {
        for (Framing framing : Framing.values()) {
            try (KeptConnection connection = connect(port.equals("REST"), RawHttp.LOOPBACK)) {
                for (int i = 0; i < 2; i++) {
                    RawHttp.Response response = finalResponse(connection.send(request(line, headers) + framing.of(BODY)));

                    assertThat(response.status()).as(framing + " " + response.body()).isEqualTo(status);
                    assertThat(response.headers()).as(framing.name()).doesNotContainKey("Connection");
                }
            }
        }
    }

    private static RawHttp.Response finalResponse(KeptConnection connection) {
        RawHttp.Response response = connection.response();
        return response.status() == 100 ? connection.response() : response;
    }

    @Test
    void callerWithoutAccessIsRefusedAndItsConnectionStaysOpen() {
        for (boolean main : new boolean[] { true, false }) {
            try (KeptConnection connection = connect(main, RawHttp.ELSEWHERE)) {
                for (int i = 0; i < 2; i++) {
                    String request = request(main ? "POST /v1/oauth2/token" : "POST /mcp", NOBODY);
                    assertThat(connection.send(request + Framing.DECLARED.of(BODY)).response().status()).isEqualTo(401);
                }
            }
        }
    }

    /** Quarkus REST caches media types. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "REST | POST /v1/oauth2/token                     | Content-Type: application/json; charset=",
            "REST | POST /v1/oauth2/token                     | Accept: application/",
            "REST | GET /q/openapi                            | Accept: text/",
            "MCP  | POST /mcp                                 | Accept: text/",
    })
    void tooLongMediaTypeIsRefused(String port, String line, String header) {
        try (KeptConnection connection = connect(port.equals("REST"), RawHttp.LOOPBACK)) {
            for (int i = 0; i < 2; i++) {
                RawHttp.Response response = connection
                        .send(request(line, header + "x".repeat(1024)) + Framing.DECLARED.of(BODY))
                        .response();

                assertThat(response.status()).as(response.body()).isEqualTo(400);
                assertThat(response.body()).contains("is longer than 1024 characters");
            }
        }
    }

    @Test
    void responseDoesNotWaitForTheBody() {
        for (Framing framing : List.of(Framing.DECLARED, Framing.CHUNKED)) {
            String request = request("POST /v1/oauth2/token", NOBODY) + framing.of(BODY);
            int half = request.length() - BODY.length() / 2;
            try (KeptConnection connection = connect(true, RawHttp.LOOPBACK)) {
                assertThat(connection.send(request.substring(0, half)).response().status()).isEqualTo(401);

                assertThat(connection.send(request.substring(half) + request).response().status()).isEqualTo(401);
            }
        }
    }

    /** Without it, a client may omit the body, and its next request would be read as the body (RFC 9110 §10.1.1). */
    @Test
    void clientThatExpectsContinueGetsIt() {
        String head = request("POST /v1/oauth2/token", NOBODY + " & Expect: 100-continue") + "Content-Length: " + BODY.length()
                + "\r\n\r\n";
        try (KeptConnection connection = connect(true, RawHttp.LOOPBACK)) {
            for (int i = 0; i < 2; i++) {
                assertThat(connection.send(head).response().status()).isEqualTo(100);
                assertThat(connection.response().status()).isEqualTo(401);
                connection.send(BODY);
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        String refused = request("POST /v1/oauth2/token", NOBODY) + Framing.DECLARED.of(BODY);
        String read = request("POST /v1/oauth2/token", "") + Framing.CHUNKED.of("{}");
        try (KeptConnection connection = connect(true, RawHttp.LOOPBACK)) {
            connection.send(refused + read + refused + read);

            assertThat(Stream.generate(connection::response).limit(4).map(RawHttp.Response::status))
                    .containsExactly(401, 400, 401, 400);
        }
    }

    @Test
    void tooLongDeclaredBodyIsAnsweredAndItsConnectionClosed() {
        for (String headers : List.of("", NOBODY, "Host: rebound.example", "Expect: 100-continue")) {
            try (KeptConnection connection = connect(true, RawHttp.LOOPBACK)) {
                RawHttp.Response response = connection
                        .send(request("POST /v1/oauth2/token", headers) + "Content-Length: 16385\r\n\r\n{")
                        .response();

                assertThat(response.status()).isIn(401, 403, 413);
                assertThat(response.headers()).as(headers).containsEntry("Connection", "close");
                assertThat(connection.isClosed()).isTrue();
            }
        }
    }

    @Test
    void tooLongChunkedBodyIsAnsweredAndItsConnectionClosed() {
        String chunk = "1000\r\n" + "x".repeat(0x1000) + "\r\n";
        for (String headers : List.of("", NOBODY)) {
            try (KeptConnection connection = connect(true, RawHttp.LOOPBACK)) {
                connection.send(
                        request("POST /v1/oauth2/token", headers) + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(5));

                assertThat(connection.response().status()).isIn(401, 413);
                assertThat(connection.isClosed()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "SIP/1.1" })
    void otherVersionOfHttpIsNotSupported(String version) {
        for (boolean main : new boolean[] { true, false }) {
            try (KeptConnection connection = connect(main, RawHttp.LOOPBACK)) {
                String request = "POST /v1/oauth2/token " + version + "\r\nHost: localhost\r\n" + Framing.DECLARED.of(BODY);
                RawHttp.Response response = connection.send(request).response();

                assertThat(response).isEqualTo(new RawHttp.Response(505, Map.of("content-length", "0"), ""));
                assertThat(connection.isClosed()).isTrue();
            }
        }
    }
}
