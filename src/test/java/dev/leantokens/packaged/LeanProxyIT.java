package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.Map;

import org.junit.jupiter.api.Test;

import com.nimbusds.jose.jwk.ECKey;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.ForwardProxy;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TlsLean;

/** The way to Lean leads through a proxy that requires a password. */
class LeanProxyIT extends LeanOverTls {

    /** Contains what a configuration could take as an expression. */
    private static final String PROXY_USERNAME = "service$$${HOME}";
    private static final String PROXY_PASSWORD = "proxy-s3cr3t$$${HOME}\\${x}\\-never-to-be-seen";
    private static final String CREDENTIALS = "Basic " + Base64.getEncoder()
            .encodeToString((PROXY_USERNAME + ":" + PROXY_PASSWORD).getBytes(StandardCharsets.US_ASCII));

    @Test
    @SuppressWarnings("try")
    void proxyTunnelsToLeanAndSeesNoSecret() {
        try (TlsLean server = TlsLean.start(0, authority.issue("lean", "lean.example"));
                ForwardProxy proxy = new ForwardProxy(CREDENTIALS, server.port())) {
            Map<String, String> environment = environment(0, Map.of("LEAN_PROXY_URL", "http://localhost:" + proxy.port(),
                    "LEAN_PROXY_USERNAME", PROXY_USERNAME, "LEAN_PROXY_PASSWORD", PROXY_PASSWORD));
            // Only the proxy can resolve this name.
            environment.put("LEAN_URL", "https://lean.example");
            try (PackagedApplication service = PackagedApplication.start(environment)) {
                assertThat(service.token().status()).isEqualTo(200);
                assertThat(proxy.requests()).singleElement().asString().startsWith("CONNECT lean.example:443 HTTP/1.1")
                        .doesNotContain(LeanStub.CLIENT_SECRET);
                assertThat(server.requests()).singleElement().extracting(TlsLean.Request::form).asString()
                        .contains(LeanStub.CLIENT_SECRET);

                proxy.wants("another password");
                // Forces a new connection.
                server.close();
                RawHttp.Response refused = token(service);
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.body()).contains("the proxy did not connect to Lean: it answered 407");

                proxy.close();
                assertThat(token(service).status()).isEqualTo(503);
                assertThat(service.log()).doesNotContain(CREDENTIALS);
                assertQuiet(service);
            }
        }
    }

    @Test
    void mostVerboseLogHasNoSecretOfTheConnection() throws Exception {
        Path store = folder.resolve("identity.p12");
        COMPANY.issue("service").writePkcs12(store, PROXY_PASSWORD);
        KeyPair keys = ClientAssertions.generateKeys();
        String jwk = ClientAssertions.jwk("first", keys);
        try (TlsLean server = TlsLean.start(0, authority.issue("lean", "lean.example"), COMPANY);
                ForwardProxy proxy = new ForwardProxy(CREDENTIALS, server.port())) {
            Map<String, String> environment = environment(0, Map.of("QUARKUS_LOG_LEVEL", "ALL",
                    "LEAN_CLIENT_AUTHENTICATION", "private-key-jwt",
                    "LEAN_PRIVATE_KEY_FILE", Certificates.write(folder.resolve("key.jwk"), jwk).toString(),
                    "LEAN_TLS_KEY_STORE", store.toString(), "LEAN_TLS_KEY_STORE_PASSWORD", PROXY_PASSWORD,
                    "LEAN_PROXY_URL", "http://localhost:" + proxy.port(),
                    "LEAN_PROXY_USERNAME", PROXY_USERNAME, "LEAN_PROXY_PASSWORD", PROXY_PASSWORD));
            environment.put("LEAN_URL", "https://lean.example");
            environment.remove("LEAN_CLIENT_SECRET");
            try (PackagedApplication service = PackagedApplication.start(environment)) {
                assertThat(service.token().status()).isEqualTo(200);
                server.takesOnly(request -> false);
                assertThat(token(service).status()).isEqualTo(502);

                assertThat(server.requests()).hasSize(2);
                String secretPart = ECKey.parse(jwk).getD().toString();
                assertThat(service.log()).contains(" DEBUG ").doesNotContain("s3cr3t").doesNotContain(CREDENTIALS)
                        .doesNotContain(secretPart).doesNotContain("PRIVATE KEY");
                server.requests().forEach(request -> assertThat(service.log())
                        .doesNotContain(request.form().get("client_assertion")));
            }
        }
    }
}
