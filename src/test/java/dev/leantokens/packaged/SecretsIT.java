package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;

/** Secrets are taken literally from every source. */
class SecretsIT {

    private static final String ODD = "pa$$ss${HOME}a\\b\\${x}${nope}\\$-s3cr3t";
    /** What SmallRye Config would make of it as an expression; {@code nope} is not set. */
    private static final String EXPANDED = "pa$ss/homea\\b${x}$-s3cr3t";

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();

    @BeforeEach
    void start() {
        lean.start();
    }

    @AfterEach
    void stop() {
        lean.stop();
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void secretIsTakenLiterallyFromEverySourceAndDotEnvIsNotRead() throws IOException {
        write(".env", "LEAN_URL=http://127.0.0.1:1\nACCESS_CLIENTS_INTRUDER_SECRET=i" + ODD
                + "\nACCESS_CLIENTS_INTRUDER_SCOPES=api\n");
        write("config/application.properties", "lean.url=" + lean.url() + "\naccess.clients.properties.secret=p"
                + ODD.replace("\\", "\\\\") + "\naccess.clients.properties.scopes=api\n");
        write("clients", "file.secret=f" + ODD + "\nfile.scopes=api\n");

        try (PackagedApplication application = PackagedApplication.start(Map.of("HOME", "/home",
                "LEAN_CLIENT_ID", "id" + ODD, "LEAN_CLIENT_SECRET", " " + ODD + ",\n",
                "ACCESS_CLIENTS_VARIABLE_SECRET", "v" + ODD + ",w" + ODD, "ACCESS_CLIENTS_VARIABLE_SCOPES", "api",
                "ACCESS_CLIENTS_TWO_WORDS_SECRET", "t" + ODD, "ACCESS_CLIENTS_TWO_WORDS_SCOPES", "api",
                "ACCESS_CLIENTS_FILE", folder.resolve("clients").toString()), folder)) {
            assertThat(application.token().status()).isEqualTo(200);
            assertThat(URLDecoder.decode(lean.onlyRequest().getBodyAsString(), StandardCharsets.UTF_8))
                    .contains("client_id=id" + ODD, "client_secret=" + ODD + ",").doesNotContain(" ", "\n");

            for (String client : new String[] { "properties:p", "file:f", "variable:v", "variable:w", "two-words:t" }) {
                assertThat(status(application, client + ODD)).as(client).isEqualTo(200);
                assertThat(status(application, client + EXPANDED)).as(client).isEqualTo(401);
            }
            assertThat(status(application, "intruder:i" + ODD)).isEqualTo(401);
            assertThat(application.log()).doesNotContain("s3cr3t");
        }
    }

    @Test
    void damagedFileStopsTheStart() throws IOException {
        write("config/application.properties", "lean.client-id=id\nlean.client-secret=s3cr3t\\uFFFD\n");
        assertRefused(Map.of(), "lean.client-secret contains U+FFFD");

        write("config/application.properties", "\uFEFFaccess.anonymous=never\n");
        assertRefused(Map.of(), "starts with a byte order mark");

        write("config/application.properties", "");
        write("secret", "s\0e\0c\0r\0e\0t\0");
        assertRefused(Map.of("LEAN_CLIENT_ID", "id", "LEAN_CLIENT_SECRET_FILE", "secret"), "it contains a NUL");
    }

    private void assertRefused(Map<String, String> environment, String reason) {
        try (PackagedApplication application = PackagedApplication.launch(environment, folder)) {
            assertThat(application.exitCode()).isNotZero();
            assertThat(application.log()).contains(reason).doesNotContain("s3cr3t").doesNotContain("\tat ");
        }
    }

    /** @param pair id and secret, sent by Basic without form encoding from a machine that needs credentials */
    private static int status(PackagedApplication application, String pair) {
        return RawHttp.post(RawHttp.ELSEWHERE, application.port(), "/v1/oauth2/token", "application/json",
                "{\"scope\":\"api\"}", "Authorization: Basic "
                        + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
                .status();
    }
}
