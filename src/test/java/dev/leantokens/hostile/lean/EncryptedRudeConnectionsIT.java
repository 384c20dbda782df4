package dev.leantokens.hostile.lean;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;

/** Connections end in other ways if they are encrypted. */
class EncryptedRudeConnectionsIT {

    private static final int CALLERS = 20;

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void eachCallerGetsItsOwnTokenOrADocumentedError(String protocol, @TempDir Path folder) {
        Authority authority = new Authority("Lean's");
        // 20 handshakes at once take their time on a busy machine; twice that is within the deadline.
        Map<String, String> settings = Map.of("LEAN_CONNECT_TIMEOUT", "2500ms", "LEAN_REQUEST_TIMEOUT", "2500ms",
                "LEAN_TLS_CA", Certificates.write(folder.resolve("ca.crt"), authority.pem()).toString(),
                "QUARKUS_TLS_LEAN_PROTOCOLS", protocol);
        try (RudeTrial trial = new RudeTrial(
                Optional.of(Certificates.context(authority.issue("Lean", "localhost"))), settings)) {
            Scenarios.encrypted().forEach(scenario -> {
                try {
                    trial.play(scenario, CALLERS);
                } catch (AssertionError e) {
                    throw new AssertionError(scenario + ": " + e.getMessage(), e);
                }
            });
        }
    }
}
