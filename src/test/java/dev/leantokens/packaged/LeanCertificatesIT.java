package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TlsLean;

/** Which certificates the service trusts, and which it presents to Lean. */
class LeanCertificatesIT extends LeanOverTls {

    private static final String KEY_STORE_PASSWORD = "store-s3cr3t$$${HOME}\\${x}\\-never-to-be-seen";

    @Test
    void secretIsSentOnlyToALeanWithAValidCertificate() {
        int port = FreePorts.next();
        Map<String, Identity> wrong = Map.of(
                "CertificateExpiredException", authority.issueExpired("lean", "localhost"),
                "No subject alternative DNS name matching localhost", authority.issue("lean", "lean.example"),
                "unable to find valid certification path to requested target",
                new Authority("another").issue("lean", "localhost"),
                "unable to find valid certification path to", Certificates.selfSigned("lean", "localhost"));
        try (PackagedApplication service = PackagedApplication.start(environment(port, Map.of()))) {
            wrong.forEach((reason, identity) -> {
                int before = service.linesOf("ERROR").size();
                try (TlsLean impostor = TlsLean.start(port, identity)) {
                    assertNoSecureConnection(service.token());
                    assertThat(impostor.requests()).as(reason).isEmpty();
                }
                await().untilAsserted(() -> assertThat(service.linesOf("ERROR")).as(reason).hasSizeGreaterThan(before));
                assertThat(service.linesOf("ERROR").get(before)).as(reason).contains("503 LEAN_UNTRUSTED").contains(reason);
            });
            try (TlsLean plain = TlsLean.startPlain("127.0.0.1", port)) {
                assertNoSecureConnection(service.token());
                await().untilAsserted(
                        () -> assertThat(service.linesOf("ERROR")).last().asString().contains("does not speak TLS"));
                assertThat(plain.requests()).isEmpty();
            }
            try (TlsLean right = TlsLean.start(port, lean)) {
                assertThat(service.token().status()).isEqualTo(200);
                assertThat(right.requests()).singleElement().satisfies(request -> {
                    assertThat(request.certificate()).isEmpty();
                    assertThat(request.form()).containsEntry("client_secret", LeanStub.CLIENT_SECRET);
                });
            }
            assertQuiet(service);
        }
    }

    @Test
    void leanDecidesByTheCertificateOfTheService() {
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        Identity right = COMPANY.issue("service");
        write(right, certificate, key);
        try (TlsLean server = TlsLean.start(0, lean, COMPANY);
                PackagedApplication service = PackagedApplication.start(environment(server.port(),
                        certificate(certificate, key)))) {
            assertThat(service.token().status()).isEqualTo(200);
            assertThat(server.requests()).singleElement().extracting(TlsLean.Request::certificate)
                    .isEqualTo(Optional.of(right.certificate()));

            write(COMPANY.issueExpired("service"), certificate, key);
            await().atMost(Duration.ofSeconds(20)).until(() -> service.log().contains("a certificate has expired already"));
            assertThat(token(service).status()).as("with the previous certificate").isEqualTo(200);

            for (Identity wrong : List.of(Certificates.selfSigned("service"), authority.issue("service"))) {
                write(wrong, certificate, key);
                await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertNoSecureConnection(token(service)));
                assertThat(server.requests()).extracting(request -> request.certificate().orElseThrow())
                        .containsOnly(right.certificate());
            }
            write(right, certificate, key);
            await().atMost(Duration.ofSeconds(20)).until(() -> token(service).status() == 200);
            assertQuiet(service);
        }
    }

    static Stream<Arguments> missingOrExpired() {
        Identity expired = COMPANY.issueExpired("service");
        return Stream.of(arguments("missing", Optional.empty()), arguments("expired", Optional.of(expired)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("missingOrExpired")
    void leanThatRequiresACertificateRefusesWithoutAValidOne(String name, Optional<Identity> identity) {
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        identity.ifPresent(present -> write(present, certificate, key));
        Map<String, String> settings = identity.isPresent() ? certificate(certificate, key) : Map.of();
        try (TlsLean server = TlsLean.start(0, lean, COMPANY);
                PackagedApplication service = PackagedApplication.start(environment(server.port(), settings))) {
            assertNoSecureConnection(service.token());
            assertThat(server.requests()).isEmpty();
            await().untilAsserted(() -> assertThat(service.linesOf("ERROR")).last().asString().contains("503 LEAN_UNTRUSTED")
                    .contains("alert"));
            assertThat(service.log().contains("has expired at")).isEqualTo(identity.isPresent());
            assertQuiet(service);
        }
    }

    @Test
    void certificateReplacesTheSecretWithTlsClientAuth() {
        Path store = folder.resolve("identity.p12");
        Identity identity = COMPANY.issue("service");
        identity.writePkcs12(store, KEY_STORE_PASSWORD);
        Map<String, String> environment = environment(0, Map.of("LEAN_CLIENT_AUTHENTICATION", "tls-client-auth",
                "LEAN_TLS_KEY_STORE", store.toString(), "LEAN_TLS_KEY_STORE_PASSWORD", KEY_STORE_PASSWORD));
        environment.remove("LEAN_CLIENT_SECRET");
        try (TlsLean server = TlsLean.start(0, lean, COMPANY)) {
            environment.put("LEAN_URL", "https://localhost:" + server.port());
            try (PackagedApplication service = PackagedApplication.start(environment)) {
                assertThat(service.token().status()).isEqualTo(200);
                assertThat(server.requests()).singleElement().satisfies(request -> {
                    assertThat(request.form()).containsOnly(Map.entry("client_id", LeanStub.CLIENT_ID),
                            Map.entry("grant_type", "client_credentials"), Map.entry("scope", "api"));
                    assertThat(request.certificate()).contains(identity.certificate());
                });

                // The certificate of the connection would authenticate any caller that sends this id. The requests are
                // refused without a call to Lean.
                for (int i = 0; i < 7; i++) {
                    RawHttp.Response other = RawHttp.post(RawHttp.LOOPBACK, service.port(), "/v1/oauth2/token",
                            "application/json", "{\"scope\":\"api\",\"client_id\":\"%s\",\"client_secret\":\"guessed-%s\"}"
                                    .formatted(LeanStub.CLIENT_ID, i));
                    assertThat(other.status()).isEqualTo(401);
                }
                assertThat(server.requests()).hasSize(1);
                assertQuiet(service);
            }
        }
    }
}
