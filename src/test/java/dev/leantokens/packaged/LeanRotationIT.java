package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TlsLean;

/** The secret, the key, the certificate and the address change while callers request tokens; no request fails. */
class LeanRotationIT extends LeanOverTls {

    private static final String OTHER_SECRET = "another-s3cr3t-never-to-be-seen";

    @Test
    void secretAndCertificateAreRotatedUnderLoadWithoutAFailedRequest() throws Exception {
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        Path secret = Certificates.write(folder.resolve("secret"), LeanStub.CLIENT_SECRET + "\n");
        Identity before = COMPANY.issue("service");
        Identity after = COMPANY.issue("service");
        write(before, certificate, key);
        Set<Certificate> presented = ConcurrentHashMap.newKeySet();
        Set<String> secrets = ConcurrentHashMap.newKeySet();
        Map<String, String> settings = new HashMap<>(certificate(certificate, key));
        settings.put("LEAN_CLIENT_SECRET_FILE", secret.toString());
        try (TlsLean server = TlsLean.start(0, lean, COMPANY)) {
            Map<String, String> environment = environment(server.port(), settings);
            environment.remove("LEAN_CLIENT_SECRET");
            secrets.add(LeanStub.CLIENT_SECRET);
            server.takesOnly(request -> {
                presented.add(request.certificate().orElseThrow());
                return secrets.contains(request.form().get("client_secret"));
            });
            try (PackagedApplication service = PackagedApplication.start(environment);
                    Load load = new Load(service)) {
                load.awaitAnswers(20);

                // The operator writes the new secret, and Lean no longer accepts the old one.
                Certificates.write(secret, OTHER_SECRET + "\n");
                secrets.add(OTHER_SECRET);
                secrets.remove(LeanStub.CLIENT_SECRET);
                load.awaitAnswers(100);
                write(after, certificate, key);
                await().atMost(Duration.ofSeconds(20)).until(() -> presented.contains(after.certificate()));
                load.awaitAnswers(100);

                assertThat(load.stop()).as("answers without a token").isEmpty();
                int asked = server.requests().size();
                assertThat(token(service).status()).isEqualTo(200);
                assertThat(server.requests().subList(asked, asked + 1)).singleElement().satisfies(request -> {
                    assertThat(request.form()).containsEntry("client_secret", OTHER_SECRET);
                    assertThat(request.certificate()).contains(after.certificate());
                });
                assertThat(presented).containsExactlyInAnyOrder(before.certificate(), after.certificate());
                assertQuiet(service);
            }
        }
    }

    @Test
    void keyIsRotatedUnderLoadWithoutAFailedRequest() throws Exception {
        KeyPair first = ClientAssertions.generateKeys();
        KeyPair second = ClientAssertions.generateKeys();
        Map<String, KeyPair> known = new ConcurrentHashMap<>(Map.of("first", first));
        Set<String> ids = ConcurrentHashMap.newKeySet();
        Path file = Certificates.write(folder.resolve("key.jwk"), ClientAssertions.jwk("first", first));
        try (TlsLean server = TlsLean.start(0, lean)) {
            String audience = "https://localhost:" + server.port() + "/oauth2/token";
            server.takesOnly(request -> ClientAssertions.isSigned(request.form(), known, audience, ids));
            Map<String, String> environment = environment(server.port(), Map.of("LEAN_CLIENT_AUTHENTICATION",
                    "private-key-jwt", "LEAN_PRIVATE_KEY_FILE", file.toString()));
            environment.remove("LEAN_CLIENT_SECRET");
            try (PackagedApplication service = PackagedApplication.start(environment);
                    Load load = new Load(service)) {
                load.awaitAnswers(20);

                Certificates.write(file, ClientAssertions.jwk("second", second));
                known.put("second", second);
                known.remove("first");
                load.awaitAnswers(100);

                assertThat(load.stop()).as("answers without a token").isEmpty();
                assertThat(server.requests()).allSatisfy(request -> assertThat(request.form()).containsOnlyKeys("client_id",
                        "client_assertion", "client_assertion_type", "grant_type", "scope"));
                assertThat(service.log()).doesNotContain(first.getPrivate().toString())
                        .doesNotContain(server.requests().get(0).form().get("client_assertion"));
                assertQuiet(service);
            }
        }
    }

    @Test
    void newAddressOfLeanIsUsedWithinTheLifetimeOfAConnection() throws Exception {
        assumeTrue(PackagedApplication.artifact().getProperty("type").startsWith("jar"),
                "only a JVM has the property that the test resolves names by");
        Path hosts = Certificates.write(folder.resolve("hosts"), "127.0.0.1 lean.example\n");
        int port = FreePorts.next();
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
                // A busy connection is closed after the first request beyond its lifetime.
                await().atMost(Duration.ofSeconds(20)).until(() -> {
                    int before = old.requests().size();
                    load.awaitAnswers(20);
                    return old.requests().size() == before;
                });
                assertThat(load.stop()).isEmpty();
            }
        }
    }

    /** Callers that keep requesting tokens that are not cached. */
    private static final class Load implements AutoCloseable {

        private static final int CALLERS = 4;

        private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        private final AtomicInteger answers = new AtomicInteger();
        private final List<Future<List<String>>> failures = new ArrayList<>();
        private volatile boolean stopped;

        private Load(PackagedApplication service) {
            for (int i = 0; i < CALLERS; i++) {
                failures.add(callers.submit(() -> {
                    List<String> failed = new ArrayList<>();
                    while (!stopped) {
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

        /**
         * Stops the callers.
         *
         * @return the answers without a token
         */
        private List<String> stop() throws Exception {
            stopped = true;
            List<String> all = new ArrayList<>();
            for (Future<List<String>> failed : failures) {
                all.addAll(failed.get());
            }
            return all;
        }

        @Override
        public void close() {
            stopped = true;
            callers.shutdown();
        }
    }
}
