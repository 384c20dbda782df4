package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.SignedJWT;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.ForwardProxy;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TlsLean;

/**
 * The way to Lean in production: certificates of both sides, secrets and keys that are exchanged, a proxy, a name that moves.
 */
class LeanTlsIT {

    private static final String OTHER_SECRET = "another-s3cr3t-never-to-be-seen";
    /** With what would be something else as an expression. */
    private static final String PROXY_USERNAME = "service$$${HOME}";
    private static final String PROXY_PASSWORD = "proxy-s3cr3t$$${HOME}\\${x}\\-never-to-be-seen";

    private static final Authority COMPANY = new Authority("authority of the company");

    private final Authority authority = new Authority("authority of Lean");
    private final Authority company = COMPANY;
    private final Identity lean = authority.issue("lean", "localhost");

    @TempDir
    Path folder;

    @Test
    void leanIsToldItsSecretOnlyIfItsCertificateIsRight() {
        int port = LeanStub.freePort();
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
                assertThat(service.linesOf("ERROR").subList(before, before + 1)).as(reason).singleElement().asString()
                        .contains("503 LEAN_UNTRUSTED").contains(reason);
            });
            try (TlsLean plain = TlsLean.startPlain("127.0.0.1", port)) {
                assertNoSecureConnection(service.token());
                assertThat(service.linesOf("ERROR")).last().asString().contains("does not speak TLS");
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
    void leanDecidesByTheClientsCertificate() {
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        Identity right = company.issue("service");
        write(right, certificate, key);
        try (TlsLean server = TlsLean.start(0, lean, company);
                PackagedApplication service = PackagedApplication.start(environment(server.port(),
                        certificate(certificate, key)))) {
            assertThat(service.token().status()).isEqualTo(200);
            assertThat(server.requests()).singleElement().extracting(TlsLean.Request::certificate)
                    .isEqualTo(Optional.of(right.certificate()));

            write(company.issueExpired("service"), certificate, key);
            await().atMost(Duration.ofSeconds(20)).until(() -> service.log().contains("a certificate has expired already"));
            assertThat(token(service).status()).as("with the one before").isEqualTo(200);

            for (Identity wrong : List.of(Certificates.selfSigned("service"), authority.issue("service"))) {
                write(wrong, certificate, key);
                // Each request is for another customer, whose token is in no cache.
                await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertNoSecureConnection(token(service)));
                assertThat(server.requests()).extracting(request -> request.certificate().orElseThrow())
                        .containsOnly(right.certificate());
            }
            write(right, certificate, key);
            await().atMost(Duration.ofSeconds(20)).until(() -> token(service).status() == 200);
            assertQuiet(service);
        }
    }

    static Stream<Arguments> nothingToShow() {
        Identity expired = COMPANY.issueExpired("service");
        return Stream.of(arguments("nothing", Optional.empty()), arguments("an expired one", Optional.of(expired)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nothingToShow")
    void leanThatWantsACertificateRefuses(String shown, Optional<Identity> identity) {
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        identity.ifPresent(present -> write(present, certificate, key));
        Map<String, String> settings = identity.isPresent() ? certificate(certificate, key) : Map.of();
        try (TlsLean server = TlsLean.start(0, lean, COMPANY);
                PackagedApplication service = PackagedApplication.start(environment(server.port(), settings))) {
            assertNoSecureConnection(service.token());
            assertThat(server.requests()).isEmpty();
            assertThat(service.linesOf("ERROR")).last().asString().contains("503 LEAN_UNTRUSTED").contains("alert");
            assertThat(service.log().contains("has expired at")).isEqualTo(identity.isPresent());
            assertQuiet(service);
        }
    }

    @Test
    void certificateIsAllThatIsNeededIfLeanGoesByIt() {
        Path store = folder.resolve("identity.p12");
        Identity identity = company.issue("service");
        identity.writePkcs12(store, PROXY_PASSWORD);
        Map<String, String> environment = environment(0, Map.of("LEAN_CLIENT_AUTHENTICATION", "tls-client-auth",
                "LEAN_TLS_KEY_STORE", store.toString(), "LEAN_TLS_KEY_STORE_PASSWORD", PROXY_PASSWORD));
        environment.remove("LEAN_CLIENT_SECRET");
        try (TlsLean server = TlsLean.start(0, lean, company)) {
            environment.put("LEAN_URL", "https://localhost:" + server.port());
            try (PackagedApplication service = PackagedApplication.start(environment)) {
                assertThat(service.token().status()).isEqualTo(200);
                assertThat(server.requests()).singleElement().satisfies(request -> {
                    assertThat(request.form()).containsOnly(Map.entry("client_id", LeanStub.CLIENT_ID),
                            Map.entry("grant_type", "client_credentials"), Map.entry("scope", "api"));
                    assertThat(request.certificate()).contains(identity.certificate());
                });

                // The certificate on the connection would vouch for whoever names this id.
                // Lean is not asked, so any number of them costs nothing of the calls that it allows.
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

    @Test
    void secretAndCertificateAreExchangedUnderLoadWithoutAFailedRequest() throws Exception {
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        Path secret = Certificates.write(folder.resolve("secret"), LeanStub.CLIENT_SECRET + "\n");
        Identity before = company.issue("service");
        Identity after = company.issue("service");
        write(before, certificate, key);
        Set<Certificate> shown = ConcurrentHashMap.newKeySet();
        Set<String> secrets = ConcurrentHashMap.newKeySet();
        Map<String, String> settings = new HashMap<>(certificate(certificate, key));
        settings.put("LEAN_CLIENT_SECRET_FILE", secret.toString());
        try (TlsLean server = TlsLean.start(0, lean, company)) {
            Map<String, String> environment = environment(server.port(), settings);
            environment.remove("LEAN_CLIENT_SECRET");
            secrets.add(LeanStub.CLIENT_SECRET);
            server.takesOnly(request -> secrets.contains(request.form().get("client_secret"))
                    && shown.add(request.certificate().orElseThrow()) | true);
            try (PackagedApplication service = PackagedApplication.start(environment);
                    Load load = new Load(service)) {
                load.awaitAnswers(20);

                // As an operator does: the new secret is in the file, and from then on the old one is none.
                Certificates.write(secret, OTHER_SECRET + "\n");
                secrets.add(OTHER_SECRET);
                secrets.remove(LeanStub.CLIENT_SECRET);
                load.awaitAnswers(100);
                write(after, certificate, key);
                await().atMost(Duration.ofSeconds(20)).until(() -> shown.contains(after.certificate()));
                load.awaitAnswers(100);

                assertThat(load.end()).as("answers without a token").isEmpty();
                int asked = server.requests().size();
                assertThat(token(service).status()).isEqualTo(200);
                assertThat(server.requests().subList(asked, asked + 1)).singleElement().satisfies(request -> {
                    assertThat(request.form()).containsEntry("client_secret", OTHER_SECRET);
                    assertThat(request.certificate()).contains(after.certificate());
                });
                assertThat(shown).containsExactlyInAnyOrder(before.certificate(), after.certificate());
                assertQuiet(service);
            }
        }
    }

    @Test
    void keyIsExchangedUnderLoadWithoutAFailedRequest() throws Exception {
        KeyPair first = keys();
        KeyPair second = keys();
        Map<String, KeyPair> known = new ConcurrentHashMap<>(Map.of("first", first));
        Set<String> ids = ConcurrentHashMap.newKeySet();
        Path file = Certificates.write(folder.resolve("key.jwk"), jwk("first", first));
        try (TlsLean server = TlsLean.start(0, lean)) {
            String audience = "https://localhost:" + server.port() + "/oauth2/token";
            server.takesOnly(request -> isSigned(request.form(), known, audience, ids));
            Map<String, String> environment = environment(server.port(), Map.of("LEAN_CLIENT_AUTHENTICATION",
                    "private-key-jwt", "LEAN_PRIVATE_KEY_FILE", file.toString()));
            environment.remove("LEAN_CLIENT_SECRET");
            try (PackagedApplication service = PackagedApplication.start(environment);
                    Load load = new Load(service)) {
                load.awaitAnswers(20);

                Certificates.write(file, jwk("second", second));
                known.put("second", second);
                known.remove("first");
                load.awaitAnswers(100);

                assertThat(load.end()).as("answers without a token").isEmpty();
                assertThat(server.requests()).allSatisfy(request -> assertThat(request.form()).containsOnlyKeys("client_id",
                        "client_assertion", "client_assertion_type", "grant_type", "scope"));
                assertThat(service.log()).doesNotContain(first.getPrivate().toString())
                        .doesNotContain(server.requests().get(0).form().get("client_assertion"));
                assertQuiet(service);
            }
        }
    }

    @Test
    @SuppressWarnings("try")
    void proxyLeadsToLeanAndLearnsNothing() {
        String credentials = "Basic " + Base64.getEncoder()
                .encodeToString((PROXY_USERNAME + ":" + PROXY_PASSWORD).getBytes(StandardCharsets.US_ASCII));
        try (TlsLean server = TlsLean.start(0, authority.issue("lean", "lean.example"));
                ForwardProxy proxy = new ForwardProxy(credentials, server.port())) {
            Map<String, String> environment = environment(0, Map.of("LEAN_PROXY_URL", "http://localhost:" + proxy.port(),
                    "LEAN_PROXY_USERNAME", PROXY_USERNAME, "LEAN_PROXY_PASSWORD", PROXY_PASSWORD));
            // A name that only the proxy can make something of.
            environment.put("LEAN_URL", "https://lean.example");
            try (PackagedApplication service = PackagedApplication.start(environment)) {
                assertThat(service.token().status()).isEqualTo(200);
                assertThat(proxy.requests()).singleElement().asString().startsWith("CONNECT lean.example:443 HTTP/1.1")
                        .doesNotContain(LeanStub.CLIENT_SECRET);
                assertThat(server.requests()).singleElement().extracting(TlsLean.Request::form).asString()
                        .contains(LeanStub.CLIENT_SECRET);

                proxy.wants("another password");
                // A new connection, since the one there is goes through.
                server.close();
                RawHttp.Response refused = token(service);
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.body()).contains("the proxy did not connect to Lean, it answered 407");

                proxy.close();
                assertThat(token(service).status()).isEqualTo(503);
                assertThat(service.log()).doesNotContain(credentials);
                assertQuiet(service);
            }
        }
    }

    @Test
    void noLevelOfTheLogShowsWhatIsSecretOnTheWay() throws Exception {
        Path store = folder.resolve("identity.p12");
        company.issue("service").writePkcs12(store, PROXY_PASSWORD);
        KeyPair keys = keys();
        String jwk = jwk("first", keys);
        String credentials = "Basic " + Base64.getEncoder()
                .encodeToString((PROXY_USERNAME + ":" + PROXY_PASSWORD).getBytes(StandardCharsets.US_ASCII));
        try (TlsLean server = TlsLean.start(0, authority.issue("lean", "lean.example"), company);
                ForwardProxy proxy = new ForwardProxy(credentials, server.port())) {
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
                assertThat(service.log()).contains(" DEBUG ").doesNotContain("s3cr3t").doesNotContain(credentials)
                        .doesNotContain(secretPart).doesNotContain("PRIVATE KEY");
                server.requests().forEach(request -> assertThat(service.log())
                        .doesNotContain(request.form().get("client_assertion")));
            }
        }
    }

    @Test
    void nameThatMovesIsFollowedWithinAConnectionsLifetime() throws Exception {
        assumeTrue(PackagedApplication.artifact().getProperty("type").startsWith("jar"),
                "the test tells the JVM where names lead by a property of its own");
        Path hosts = Certificates.write(folder.resolve("hosts"), "127.0.0.1 lean.example\n");
        int port = LeanStub.freePort();
        try (TlsLean old = TlsLean.startPlain("127.0.0.1", port); TlsLean moved = TlsLean.startPlain("127.0.0.2", port)) {
            Map<String, String> environment = environment(0, Map.of("LEAN_CONNECTION_LIFETIME", "1s", "JAVA_TOOL_OPTIONS",
                    "-Dsun.net.inetaddr.ttl=1 -Djdk.net.hosts.file=" + hosts));
            environment.put("LEAN_URL", "http://lean.example:" + port);
            environment.remove("LEAN_TLS_CA");
            try (PackagedApplication service = PackagedApplication.start(environment); Load load = new Load(service)) {
                load.awaitAnswers(20);
                assertThat(old.requests()).isNotEmpty();
                assertThat(moved.requests()).isEmpty();

                Certificates.write(hosts, "127.0.0.2 lean.example\n");

                await().atMost(Duration.ofSeconds(20)).until(() -> !moved.requests().isEmpty());
                // A connection that was in use ends with the request after its time.
                await().atMost(Duration.ofSeconds(20)).until(() -> {
                    int before = old.requests().size();
                    load.awaitAnswers(20);
                    return old.requests().size() == before;
                });
                assertThat(load.end()).isEmpty();
            }
        }
    }

    /** Callers that go on asking, each time for a token that is in no cache. */
    private static final class Load implements AutoCloseable {

        private static final int CALLERS = 4;

        private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        private final AtomicInteger answers = new AtomicInteger();
        private final List<Future<List<String>>> failures = new ArrayList<>();
        private volatile boolean ended;

        private Load(PackagedApplication service) {
            for (int i = 0; i < CALLERS; i++) {
                failures.add(callers.submit(() -> {
                    List<String> failed = new ArrayList<>();
                    while (!ended) {
                        RawHttp.Response answer = token(service);
                        if (answer.status() != 200) {
                            failed.add(answer.status() + " " + answer.body());
                        }
                        answers.incrementAndGet();
                    }
                    return failed;
                }));
            }
        }

        private void awaitAnswers(int further) {
            int before = answers.get();
            await().atMost(Duration.ofSeconds(30)).until(() -> answers.get() >= before + further);
        }

        /** @return the answers that were none */
        private List<String> end() throws Exception {
            ended = true;
            List<String> all = new ArrayList<>();
            for (Future<List<String>> failed : failures) {
                all.addAll(failed.get());
            }
            return all;
        }

        @Override
        public void close() {
            ended = true;
            callers.shutdown();
        }
    }

    private static final AtomicInteger CUSTOMERS = new AtomicInteger();

    private static RawHttp.Response token(PackagedApplication service) {
        return RawHttp.post(RawHttp.LOOPBACK, service.port(), "/v1/oauth2/token", "application/json",
                "{\"scope\":\"customer.%d\"}".formatted(CUSTOMERS.incrementAndGet()));
    }

    private Map<String, String> environment(int port, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "LEAN_URL", "https://localhost:" + port,
                "LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
                "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET,
                "LEAN_REQUESTS_PER_MINUTE", "1000000",
                "LEAN_BREAKER_REQUEST_VOLUME", "1000000",
                "LEAN_RETRY_DELAY", "20ms",
                // A machine that does too much at a time is not what is tested here.
                "LEAN_CONNECT_TIMEOUT", "3s"));
        environment.put("LEAN_TLS_CA", Certificates.write(folder.resolve("ca.crt"), authority.pem()).toString());
        environment.putAll(settings);
        return environment;
    }

    private static Map<String, String> certificate(Path certificate, Path key) {
        return Map.of("LEAN_TLS_CERTIFICATE", certificate.toString(), "LEAN_TLS_KEY", key.toString());
    }

    /** One after the other, so that for a moment the two do not belong together. */
    private static void write(Identity identity, Path certificate, Path key) {
        Certificates.write(certificate, identity.certificatePem());
        Certificates.write(key, identity.keyPem());
    }

    private static void assertNoSecureConnection(RawHttp.Response answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers()).containsKey("Retry-After");
        assertThat(answer.body()).startsWith("{\"error\":\"temporarily_unavailable\"")
                .contains("no secure connection to Lean can be made");
    }

    /** No stack, and nothing that is secret. */
    private static void assertQuiet(PackagedApplication service) {
        assertThat(service.log()).doesNotContain("\tat ").doesNotContain("s3cr3t").doesNotContain("PRIVATE KEY")
                .doesNotContain("Exception in thread");
    }

    private static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static String jwk(String id, KeyPair keys) {
        return new ECKey.Builder(Curve.P_256, (ECPublicKey) keys.getPublic()).privateKey(keys.getPrivate()).keyID(id).build()
                .toJSONString();
    }

    private static boolean isSigned(Map<String, String> form, Map<String, KeyPair> known, String audience, Set<String> ids) {
        try {
            SignedJWT jwt = SignedJWT.parse(form.get("client_assertion"));
            KeyPair keys = known.get(jwt.getHeader().getKeyID());
            return keys != null && jwt.verify(new ECDSAVerifier((ECPublicKey) keys.getPublic()))
                    && jwt.getJWTClaimsSet().getAudience().equals(List.of(audience))
                    && jwt.getJWTClaimsSet().getSubject().equals(form.get("client_id"))
                    && ids.add(jwt.getJWTClaimsSet().getJWTID());
        } catch (ParseException | JOSEException e) {
            return false;
        }
    }
}
