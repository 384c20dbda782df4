package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TokenIssuer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The metadata of MCP names the issuers that are trusted now. */
class ResourceMetadataIT {

    private static final String RESOURCE = "https://lean-tokens.example.com/mcp";

    @TempDir
    Path folder;

    private final TokenIssuer keys = new TokenIssuer();
    private Path file;
    private PackagedApplication application;

    @BeforeEach
    void start() throws IOException {
        file = folder.resolve("clients");
        write("https://one.example.com", "https://one.example.com/b");
        application = PackagedApplication.start(Map.of("LEAN_ENVIRONMENT", "stand-in", "ACCESS_ANONYMOUS", "never",
                "ACCESS_CLIENTS_FILE", file.toString(), "MCP_OAUTH_RESOURCE", RESOURCE, "MCP_OAUTH_ISSUERS", "i1,i0"));
    }

    @AfterEach
    void stop() {
        application.close();
        keys.stop();
    }

    private void write(String... issuers) throws IOException {
        String jwks = keys.start().get("access.issuers." + TokenIssuer.ID + ".jwks-file");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < issuers.length; i++) {
            text.append(
                    "issuers.i%1$d.issuer=%2$s\nissuers.i%1$d.audience=a\nissuers.i%1$d.scopes=api\nissuers.i%1$d.jwks-file=%3$s\n"
                            .formatted(i, issuers[i], jwks));
        }
        Path next = Files.writeString(folder.resolve("next"), text.toString());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private JsonObject metadata() {
        return new JsonObject(RawHttp.send(RawHttp.LOOPBACK, application.mcpPort(),
                "GET /.well-known/oauth-protected-resource/mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .body());
    }

    private void awaitServers(List<String> expected) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(metadata().getJsonArray("authorization_servers"))
                .isEqualTo(new JsonArray(expected)));
    }

    @Test
    void issuersFollowTheFile() throws IOException {
        awaitServers(List.of("https://one.example.com/b", "https://one.example.com"));

        write("https://two.example.com", "kubernetes/serviceaccount", "https://three.example.com");
        awaitServers(List.of("https://two.example.com"));

        // RFC 9728 §3.2: without empty members.
        write();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(metadata().containsKey("authorization_servers")).isFalse());
        assertThat(metadata().getString("resource")).isEqualTo(RESOURCE);
        assertThat(application.linesOf("WARN").stream().filter(line -> line.contains("MCP clients cannot log in"))).hasSize(1);
    }

    @Test
    void resourceThatAsksNoCallerForATokenIsReported() {
        assertThat(application.log()).doesNotContain("No MCP client will log in");
        // The stand-in serves everyone by default.
        try (PackagedApplication open = PackagedApplication.start(Map.of("LEAN_ENVIRONMENT", "stand-in", "ACCESS_CLIENTS_FILE",
                file.toString(), "MCP_OAUTH_RESOURCE", RESOURCE, "MCP_OAUTH_ISSUERS", "i0"))) {
            assertThat(open.linesOf("WARN")).anyMatch(line -> line.contains("No MCP client will log in"));
        }
    }
}
