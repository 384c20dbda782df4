package dev.leantokens.mcp.stateless;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.mcp.message.JsonRpcException;
import io.vertx.core.MultiMap;

class StatelessHeadersTest {

    /** Includes the examples of the revision. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "us-west1             | us-west1",
            "Hello, 世界           | =?base64?SGVsbG8sIOS4lueVjA==?=",
            "' padded '           | =?base64?IHBhZGRlZCA=?=",
            "=?base64?literal?=   | =?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=",
            "tool                 | =?base64?dG9vbA==?=",
            "''                   | =?base64??=",
            "=?BASE64?dG9vbA==?=  | =?BASE64?dG9vbA==?=",
            "=?base64?dG9vbA==    | =?base64?dG9vbA==",
            "=?base64?=           | =?base64?=",
    })
    void nameMayBeEncoded(String name, String value) {
        assertThatCode(() -> name(value).requireName(name, "params.name")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = { "TOOL", "too", "=?base64?dG9vb?=", "=?base64?dG9vbA=?=", "=?base64?dG9vbA?=",
            "=?base64?dG9 vbA==?=",
            "=?base64?/////w==?=",
            "=?base64??=", "töol", "tool\u0001", "" })
    void nameThatDiffersFromTheBodyIsRefused(String value) {
        assertThatThrownBy(() -> name(value).requireName("tool", "params.name")).isInstanceOf(JsonRpcException.class)
                .satisfies(e -> assertThat(((JsonRpcException) e).response().getJsonObject("error").getInteger("code"))
                        .isEqualTo(-32020))
                .message().startsWith("Header mismatch: ").doesNotContain("TOOL", "dG9v");
    }

    @Test
    void missingOrRepeatedHeaderIsRefused() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        assertThatThrownBy(() -> new StatelessHeaders(headers).requireMethod("tools/list")).hasMessageContaining("missing");

        headers.add("Mcp-Method", "tools/list").add("mcp-method", "tools/list");
        assertThatThrownBy(() -> new StatelessHeaders(headers).requireMethod("tools/list")).hasMessageContaining("repeated");
    }

    @Test
    void methodIsNeverDecoded() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Mcp-Method", "=?base64?cGluZw==?=");

        assertThatThrownBy(() -> new StatelessHeaders(headers).requireMethod("ping")).isInstanceOf(JsonRpcException.class);
    }

    private static StatelessHeaders name(String value) {
        return new StatelessHeaders(MultiMap.caseInsensitiveMultiMap().add("Mcp-Name", value));
    }
}
