package dev.leantokens.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.issuer.Verification.Pending;
import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Unavailable;
import dev.leantokens.issuer.Verification.Verified;
import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.RawServer;
import dev.leantokens.testing.TestClock;
import dev.leantokens.trace.Traces;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;

/** Trusted issuers from their settings to the verification of a token, with a server for their keys. */
class TrustedKeysTest {

    private static final String ISSUER = "https://issuer.example";
    private static final String AUDIENCE = "lean-tokens";

    private final Vertx vertx = Vertx.vertx();
    private final TestClock clock = new TestClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RawServer server = RawServer.start();
    private Duration kept = Duration.ofHours(24);
    private final TrustedKeys keys = new TrustedKeys(() -> kept, vertx, clock, registry, Traces.OFF);
    private final TokenVerifiers verifiers = new TokenVerifiers(keys, clock);

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        keys.stop(new ShutdownEvent());
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static EllipticCurveJsonWebKey newKey(String id) {
        try {
            EllipticCurveJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
            key.setKeyId(id);
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String set(EllipticCurveJsonWebKey... keys) {
        return "{\"keys\":["
                + String.join(",", List.of(keys).stream().map(key -> key.toJson(OutputControlLevel.PUBLIC_ONLY)).toList())
                + "]}";
    }

    private String token(EllipticCurveJsonWebKey key) {
        return token(key, ISSUER);
    }

    private String token(EllipticCurveJsonWebKey key, String issuer) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(issuer);
        claims.setAudience(AUDIENCE);
        claims.setSubject("payments");
        claims.setExpirationTime(NumericDate.fromSeconds(clock.instant().plus(Duration.ofHours(30)).getEpochSecond()));
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key.getPrivateKey());
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setAlgorithmHeaderValue("ES256");
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static IssuerSettings settings(String id, String... further) {
        Map<String, String> values = new HashMap<>(
                Map.of("issuer", ISSUER, "audience", AUDIENCE, "scopes", "api"));
        for (int i = 0; i < further.length; i += 2) {
            values.put(further[i], further[i + 1]);
        }
        return IssuerSettings.of(id, values);
    }

    private IssuerSettings ofServer(String id, String... further) {
        String[] all = Arrays.copyOf(further, further.length + 2);
        all[further.length] = "jwks-url";
        all[further.length + 1] = server.url() + "/keys";
        return settings(id, all);
    }

    private void serves(EllipticCurveJsonWebKey... published) {
        String response = RawServer.response("200 OK", set(published));
        server.answersOnce((out, request) -> out.write(response));
    }

    private void start() {
        keys.start(new StartupEvent());
    }

    /** Looks at the token, and once more if its issuer is asked. */
    private static Verification verify(TokenVerifier verifier, String token) {
        Verification first = verifier.verify(token, Optional.empty());
        if (!(first instanceof Pending pending)) {
            return first;
        }
        pending.keys().await().atMost(KeyFetch.LIMIT.plusSeconds(5));
        return verifier.verify(token, Optional.empty());
    }

    @Test
    void nothingIsUsedWithoutIssuers() {
        start();

        keys.replace(List.of());
        assertThat(keys.states()).isEmpty();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void nothingIsFetchedBeforeTheStart() {
        serves(newKey("a"));
        verifiers.replace(List.of(ofServer("idp")));
        assertThat(keys.states()).hasSize(1);
        assertThat(registry.getMeters()).isEmpty();

        start();

        Awaitility.await().until(() -> server.heads().size() == 1);
    }

    @Test
    void firstTokenWaitsForTheKeys() {
        EllipticCurveJsonWebKey key = newKey("a");
        serves(key);
        TokenVerifier verifier = verifiers.replace(List.of(ofServer("idp")));
        start();

        assertThat(verify(verifier, token(key))).isInstanceOf(Verified.class);
    }

    @Test
    void rotatedKeyIsFollowedWithinOneRequest() {
        EllipticCurveJsonWebKey key = newKey("a");
        serves(key);
        TokenVerifier verifier = verifiers.replace(List.of(ofServer("idp")));
        start();
        Awaitility.await().until(() -> keys.states().get(0).keys() == 1);

        EllipticCurveJsonWebKey next = newKey("b");
        serves(next);

        assertThat(verify(verifier, token(next))).isInstanceOf(Verified.class);
        assertThat(verify(verifier, token(key))).as("removed").isInstanceOf(Refused.class);
        assertThat(server.heads()).hasSize(2);
    }

    @Test
    void thousandUnknownKeyIdsCauseOneFetch() {
        EllipticCurveJsonWebKey key = newKey("a");
        serves(key);
        TokenVerifier verifier = verifiers.replace(List.of(ofServer("idp")));
        start();
        Awaitility.await().until(() -> keys.states().get(0).keys() == 1);
        EllipticCurveJsonWebKey unknown = newKey("x");

        for (int i = 0; i < 1000; i++) {
            unknown.setKeyId("unknown-" + i);
            assertThat(verify(verifier, token(unknown))).isInstanceOf(Refused.class);
        }

        assertThat(server.heads()).hasSize(2);
        assertThat(verify(verifier, token(key))).isInstanceOf(Verified.class);
    }

    @Test
    void outageIsSurvivedForADay() {
        EllipticCurveJsonWebKey key = newKey("a");
        serves(key);
        TokenVerifier verifier = verifiers.replace(List.of(ofServer("idp")));
        start();
        String token = token(key);
        assertThat(verify(verifier, token)).isInstanceOf(Verified.class);
        server.answersOnce((out, request) -> out.write(RawServer.response("503 x", "")));

        clock.advance(Duration.ofMinutes(10));
        assertThat(verify(verifier, token)).isInstanceOf(Verified.class);
        assertThat(verify(verifier, token(newKey("b")))).as("perhaps a new key").isInstanceOf(Unavailable.class);
        assertThat(keys.states().get(0).problem()).contains("its key set: status 503");

        clock.advance(Duration.ofHours(24).minusMinutes(10));
        assertThat(verify(verifier, token)).as("given up, also for remembered tokens").isInstanceOf(Unavailable.class);
        assertThat(keys.states().get(0).keys()).isZero();

        clock.advance(FetchedKeys.PAUSE);
        serves(key);
        assertThat(verify(verifier, token)).isInstanceOf(Verified.class);
    }

    @Test
    void slowIssuerDelaysNeitherOthersNorKnownKeys() throws InterruptedException {
        EllipticCurveJsonWebKey key = newKey("a");
        EllipticCurveJsonWebKey other = newKey("b");
        serves(key);
        try (RawServer fast = RawServer.start()) {
            String response = RawServer.response("200 OK", set(other));
            fast.answersOnce((out, request) -> out.write(response));
            TokenVerifier verifier = verifiers.replace(List.of(ofServer("slow"),
                    settings("fast", "issuer", "https://fast.example", "jwks-url", fast.url() + "/keys")));
            start();
            assertThat(verify(verifier, token(key))).isInstanceOf(Verified.class);
            clock.advance(FetchedKeys.PAUSE);
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            server.answersOnce((out, request) -> {
                asked.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });

            assertThat(verifier.verify(token(newKey("unknown")), Optional.empty())).isInstanceOf(Pending.class);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(verify(verifier, token(key))).isInstanceOf(Verified.class);
            assertThat(verify(verifier, token(other, "https://fast.example"))).isInstanceOf(Verified.class);
            assertThat(end.getCount()).isOne();
            end.countDown();
        }
    }

    @Test
    void keysSurviveAReloadOfOtherSettings() {
        EllipticCurveJsonWebKey key = newKey("a");
        serves(key);
        verifiers.replace(List.of(ofServer("idp")));
        start();
        Awaitility.await().until(() -> keys.states().get(0).keys() == 1);

        TokenVerifier changed = verifiers
                .replace(List.of(ofServer("idp", "scopes", "api,customer.{sub}", "audience", "lean-tokens,other"),
                        settings("further", "issuer", "https://further.example", "jwks-url", server.url() + "/further")));

        assertThat(changed.verify(token(key), Optional.empty())).as("at once").isInstanceOf(Verified.class);
        Awaitility.await().until(() -> server.heads().size() == 2);
        assertThat(server.heads().get(1)).startsWith("GET /further ");
    }

    @Test
    void keysSurviveAnotherNameOfTheSettings() {
        EllipticCurveJsonWebKey key = newKey("a");
        serves(key);
        verifiers.replace(List.of(ofServer("idp")));
        start();
        Awaitility.await().until(() -> keys.states().get(0).keys() == 1);
        server.answersOnce((out, request) -> out.write(RawServer.response("503 x", "")));

        TokenVerifier both = verifiers.replace(List.of(ofServer("first", "audience", "other"), ofServer("idp")));

        assertThat(both.verify(token(key), Optional.empty())).as("at once").isInstanceOf(Verified.class);
        assertThat(keys.states()).extracting(KeysState::issuer).containsExactly("first");
        Awaitility.await().until(() -> keys.states().get(0).problem().isPresent());
        assertThat(both.verify(token(key), Optional.empty())).as("after a failed fetch").isInstanceOf(Verified.class);
        assertThat(registry.get("issuer.keys").tag("issuer", "first").gauge().value()).isOne();
        assertThat(registry.find("issuer.keys").tag("issuer", "idp").gauge()).isNull();
    }

    @Test
    void keysOfChangedSettingsAreFetchedAnewAndMeasured() {
        serves(newKey("a"));
        verifiers.replace(List.of(ofServer("idp")));
        start();
        Awaitility.await().until(() -> keys.states().get(0).keys() == 1);

        verifiers.replace(List.of(settings("idp", "jwks-url", server.url() + "/moved")));

        Awaitility.await().until(() -> keys.states().get(0).keys() == 1);
        assertThat(server.heads().get(1)).startsWith("GET /moved ");
        assertThat(registry.get("issuer.keys").tag("issuer", "idp").gauge().value()).isOne();
        assertThat(registry.get("issuer.keys.fetches").tags("issuer", "idp", "outcome", "success").counter().count()).isOne();

        keys.replace(List.of());
        assertThat(registry.getMeters()).isEmpty();
        assertThat(keys.states()).isEmpty();
    }

    @Test
    void settingsThatCannotBeUsedChangeNothing() {
        EllipticCurveJsonWebKey key = newKey("a");
        serves(key);
        TokenVerifier verifier = verifiers.replace(List.of(ofServer("idp")));
        start();
        assertThat(verify(verifier, token(key))).isInstanceOf(Verified.class);

        assertThatThrownBy(() -> verifiers.replace(List.of(settings("new", "issuer", "https://new.example"),
                settings("file", "jwks-file", folder.resolve("missing").toString()))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("issuer file")
                .hasMessageContaining("does not exist");

        assertThat(keys.states()).extracting(KeysState::issuer).containsExactly("idp");
        clock.advance(FetchedKeys.PAUSE);
        serves(newKey("b"));
        assertThat(verifier.verify(token(newKey("b")), Optional.empty())).as("still refreshed").isInstanceOf(Pending.class);
    }

    @ParameterizedTest
    @CsvSource({ "jwks-file, nonsense, it is not JSON", "jwks-file, {\"keys\":[]}, no usable key",
            "ca, nonsense, something other than certificates", "token-file, two words, does not contain one token" })
    void fileThatCannotBeUsedIsRefused(String setting, String content, String message) {
        Path file = Certificates.write(folder.resolve("file"), content);
        IssuerSettings settings = setting.equals("jwks-file") ? settings("idp", setting, file.toString())
                : ofServer("idp", setting, file.toString());

        assertThatThrownBy(() -> verifiers.replace(List.of(settings))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("issuer idp ").hasMessageContaining(message).hasMessageContaining(setting);
    }

    @ParameterizedTest
    @ValueSource(strings = { "localhost:3128", "https://localhost:3128", "http://localhost",
            "http://user:s3cr3t@localhost:3128",
            "http://localhost:0", "http://localhost:65536" })
    void otherAddressesOfAProxyAreRefused(String url) {
        IssuerSettings settings = settings("idp", "proxy-url", url);

        assertThatThrownBy(() -> verifiers.replace(List.of(settings))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("proxy-url").hasMessageContaining("http://host:port").hasMessageNotContaining("s3cr3t");
    }

    @Test
    void keysOverPlainHttpDoNotGoThroughAProxy() {
        IssuerSettings settings = ofServer("idp", "proxy-url", "http://localhost:3128");

        assertThatThrownBy(() -> verifiers.replace(List.of(settings))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("plain http");
    }

    @ParameterizedTest
    @ValueSource(strings = { "PT9M", "PT0S", "-PT1H", "PT721H" })
    void otherDurationsStopTheStart(Duration duration) {
        IssuersConfigRules rules = new IssuersConfigRules(() -> duration);

        assertThatThrownBy(rules::check).isInstanceOf(ConfigurationException.class)
                .hasMessage("ISSUERS_KEEP_KEYS must be from 10m to 720h");
    }

    @Test
    void fileOfKeysIsFollowedAndKeptWhileItCannotBeUsed() throws Exception {
        EllipticCurveJsonWebKey key = newKey("a");
        EllipticCurveJsonWebKey next = newKey("b");
        Path file = Certificates.write(folder.resolve("keys.json"), "\uFEFF" + set(key));
        TokenVerifier verifier = verifiers.replace(List.of(settings("idp", "jwks-file", file.toString())));
        assertThat(verify(verifier, token(key))).isInstanceOf(Verified.class);
        start();
        try (LogLines log = LogLines.of("dev.leantokens.issuer.FileKeys")) {
            Certificates.write(file, set(key, next));
            Awaitility.await().until(() -> keys.states().get(0).keys() == 2);
            assertThat(verify(verifier, token(next))).isInstanceOf(Verified.class);

            Certificates.write(file, "{\"keys\":[]}");
            Awaitility.await().until(() -> keys.states().get(0).problem().isPresent());
            Files.delete(file);
            Awaitility.await()
                    .until(() -> keys.states().get(0).problem().equals(Optional.of("its file can no longer be read")));
            clock.advance(Duration.ofHours(25));
            assertThat(verify(verifier, token(next))).as("for as long as it takes").isInstanceOf(Verified.class);

            Certificates.write(file, "{\"keys\":[]}");
            Awaitility.await()
                    .until(() -> keys.states().get(0).problem().equals(Optional.of("its file is invalid")));
            Certificates.write(file, set(next));
            Awaitility.await().until(() -> keys.states().get(0).keys() == 1);
            assertThat(keys.states().get(0).problem()).isEmpty();
            assertThat(verify(verifier, token(key))).isInstanceOf(Refused.class);
            assertThat(log.lines()).extracting(LogLines.Line::level).containsExactly("INFO", "ERROR", "ERROR", "INFO");
        }
    }

    @Test
    void fileThatIsReadableAgainWithTheSameContentIsNoProblem() throws Exception {
        String content = set(newKey("a"));
        Path file = Certificates.write(folder.resolve("keys.json"), content);
        verifiers.replace(List.of(settings("idp", "jwks-file", file.toString())));
        start();
        Files.delete(file);
        Awaitility.await().until(() -> keys.states().get(0).problem().isPresent());

        Certificates.write(file, content);

        Awaitility.await().until(() -> keys.states().get(0).problem().isEmpty());
    }
}
