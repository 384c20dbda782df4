package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;

/** The certificates of Lean and of the service, and the settings with which the packaged application uses them. */
abstract class LeanOverTls {

    static final Authority COMPANY = new Authority("authority of the company");

    private static final AtomicInteger CUSTOMERS = new AtomicInteger();

    final Authority authority = new Authority("authority of Lean");
    final Identity lean = authority.issue("lean", "localhost");

    @TempDir
    Path folder;

    Map<String, String> environment(int port, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "LEAN_URL", "https://localhost:" + port,
                "LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET,
                "LEAN_REQUESTS_PER_MINUTE", "1000000",
                "LEAN_BREAKER_REQUEST_VOLUME", "1000000",
                "LEAN_RETRY_DELAY", "20ms",
                // Long enough for the first handshake on a loaded machine.
                "LEAN_CONNECT_TIMEOUT", "8s",
                "LEAN_REQUEST_TIMEOUT", "8s"));
        environment.put("LEAN_TLS_CA", Certificates.write(folder.resolve("ca.crt"), authority.pem()).toString());
        environment.putAll(settings);
        return environment;
    }

    static Map<String, String> certificate(Path certificate, Path key) {
        return Map.of("LEAN_TLS_CERTIFICATE", certificate.toString(), "LEAN_TLS_KEY", key.toString());
    }

    /** Writes one file after the other; for a moment they do not match. */
    static void write(Identity identity, Path certificate, Path key) {
        Certificates.write(certificate, identity.certificatePem());
        Certificates.write(key, identity.keyPem());
    }

    /** @return the answer for a customer whose token is not cached */
    static RawHttp.Response token(PackagedApplication service) {
        return RawHttp.post(RawHttp.LOOPBACK, service.port(), "/v1/oauth2/token", "application/json",
                "{\"scope\":\"customer.%d\"}".formatted(CUSTOMERS.incrementAndGet()));
    }

    static void assertNoSecureConnection(RawHttp.Response answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers()).containsKey("Retry-After");
        assertThat(answer.body()).startsWith("{\"error\":\"temporarily_unavailable\"")
                .contains("no secure connection to Lean can be made");
    }

    /** The log has no stack trace and no secret. */
    static void assertQuiet(PackagedApplication service) {
        assertThat(service.log()).doesNotContain("\tat ").doesNotContain("s3cr3t").doesNotContain("PRIVATE KEY")
                .doesNotContain("Exception in thread");
    }
}
