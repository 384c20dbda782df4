package dev.leantokens.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;

import javax.imageio.ImageIO;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The server introduces itself in the same words with and without a handshake. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class IntroductionTest {

    private static final String PNG = "data:image/png;base64,";

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @ParameterizedTest
    @ValueSource(strings = { "2025-11-25", "2025-06-18", "2025-03-26" })
    void serverIsTheSameInAllRevisions(String revision) {
        JsonObject initialized = initialized(revision);
        JsonObject discovered = stateless("server/discover");

        assertThat(initialized.getJsonObject("serverInfo").fieldNames())
                .containsExactlyInAnyOrder("name", "version", "title", "description", "icons");
        assertThat(serverOf(discovered)).isEqualTo(initialized.getJsonObject("serverInfo"));
        assertThat(discovered.getString("instructions")).isEqualTo(initialized.getString("instructions")).isNotBlank();
    }

    @Test
    void iconIsASmallPicture() throws IOException {
        JsonArray icons = serverOf(stateless("server/discover")).getJsonArray("icons");

        assertThat(icons).hasSize(1);
        JsonObject icon = icons.getJsonObject(0);
        assertThat(icon.getString("mimeType")).isEqualTo("image/png");
        assertThat(icon.getString("src")).startsWith(PNG).hasSizeLessThan(500);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(
                Base64.getDecoder().decode(icon.getString("src").substring(PNG.length()))));
        assertThat(icon.getJsonArray("sizes")).containsExactly(image.getWidth() + "x" + image.getHeight());
    }

    /** Each result of revision 2026-07-28 names the server, also those with a token. */
    @Test
    void laterResultsNameTheServerBriefly() {
        assertThat(serverOf(stateless("tools/list")).fieldNames()).containsExactlyInAnyOrder("name", "version", "title");
    }

    private JsonObject stateless(String method) {
        return StatelessMcp.result(new StatelessMcp(lean.mcpPort()).send(method, new JsonObject()));
    }

    private JsonObject initialized(String revision) {
        String request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"" + revision
                + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
        return new JsonObject(RawHttp.post(RawHttp.LOOPBACK, lean.mcpPort(), "/mcp", "application/json", request,
                "Accept: application/json, text/event-stream").body()).getJsonObject("result");
    }

    private static JsonObject serverOf(JsonObject result) {
        return result.getJsonObject("_meta").getJsonObject("io.modelcontextprotocol/serverInfo");
    }
}
