package dev.leantokens.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import io.quarkiverse.mcp.server.McpMethod;
import io.vertx.core.json.JsonObject;

class McpHandshakeTest {

    /** The extension would never drop a cancellation whose {@code requestId} is a string if the request's id is a number. */
    @Test
    void cancellationsDoNotReachTheExtension() {
        McpHandshake handshake = new McpHandshake(null, null, null, null);

        assertThat(handshake.validate(new JsonObject(), null, McpMethod.NOTIFICATIONS_CANCELLED).result()).isFalse();
    }
}
