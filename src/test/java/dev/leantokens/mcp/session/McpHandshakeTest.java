package dev.leantokens.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import io.quarkiverse.mcp.server.McpMethod;
import io.vertx.core.json.JsonObject;

class McpHandshakeTest {

    /** It would keep one whose {@code requestId} is a string for a request whose id is a number, and its reason with it. */
    @Test
    void extensionIsNotToldOfCancellations() {
        McpHandshake handshake = new McpHandshake(null, null);

        assertThat(handshake.validate(new JsonObject(), null, McpMethod.NOTIFICATIONS_CANCELLED).result()).isFalse();
    }
}
