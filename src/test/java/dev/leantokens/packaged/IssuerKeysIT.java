package dev.leantokens.packaged;

import static dev.leantokens.testing.RawServer.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.ForwardProxy;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RawServer;
import io.restassured.RestAssured;
import io.restassured.response.Response;

/** What operators and callers see of the keys of a trusted issuer, and what wrong settings do. */
class IssuerKeysIT {

    private static final Path PAGE = Path.of("docs/reference/metrics-and-log.md");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String AUDIENCE = "lean-tokens";
    private static final String METADATA = "/.well-known/openid-configuration";

    private final RawServer issuer = RawServer.start();
    private final EllipticCurveJsonWebKey key = newKey("first");

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        issuer.close();
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

    private static String set(EllipticCurveJsonWebKey key) {
        return "{\"keys\":[" + key.toJson(OutputControlLevel.PUBLIC_ONLY) + "]}";
    }

    private static String token(EllipticCurveJsonWebKey key, String issuer) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(issuer);
        claims.setAudience(AUDIENCE);
        claims.setSubject("payments");
        claims.setExpirationTimeMinutesInTheFuture(5);
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

    private Map<String, String> environment(String... further) {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_ENVIRONMENT", "stand-in", "ACCESS_ANONYMOUS", "never",
                "ACCESS_ISSUERS_IDP_ISSUER", issuer.url(), "ACCESS_ISSUERS_IDP_AUDIENCE", AUDIENCE,
                "ACCESS_ISSUERS_IDP_SCOPES", "api"));
        for (int i = 0; i < further.length; i += 2) {
            environment.put(further[i], further[i + 1]);
        }
        return environment;
    }

    private void serves(EllipticCurveJsonWebKey published) {
        String metadata = "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}".formatted(issuer.url(), issuer.url());
        issuer.answersOnce((out, request) -> out.write(response("200 OK",
                request.head().startsWith("GET " + METADATA + " ") ? metadata : set(published))));
    }

    private void fails() {
        issuer.answersOnce((out, request) -> out.write(response("503 Unavailable", "")));
    }

    private static RawHttp.Response request(PackagedApplication application, String token) {
        return RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token", "application/json",
                "{\"scope\":\"api\"}", "Authorization: Bearer " + token);
    }

    private static Response get(PackagedApplication application, String path) {
        return RestAssured.get("http://127.0.0.1:" + application.port() + path);
    }

    private static Response health(PackagedApplication application) {
        return get(application, "/q/health/group/issuers");
    }

    private static String metrics(PackagedApplication application) {
        return get(application, "/q/metrics").asString();
    }

    @Test
    void outageAtTheStartIsSeenInHealthMetricsAndLogAndEndsWithTheFirstRequest() throws IOException {
        fails();
        try (PackagedApplication application = PackagedApplication.start(environment())) {
            Awaitility.await().atMost(PATIENCE).until(() -> application.log().contains("cannot be fetched"));
            assertThat(health(application).statusCode()).isEqualTo(503);
            assertThat(health(application).jsonPath().getString("checks[0].data.idp"))
                    .isEqualTo("no keys: " + METADATA + ": status 503; /.well-known/oauth-authorization-server: status 503");
            assertThat(metrics(application)).contains("issuer_keys{issuer=\"idp\"} 0.0",
                    "issuer_keys_age_seconds{issuer=\"idp\"} NaN",
                    "issuer_keys_fetches_total{issuer=\"idp\",outcome=\"status\"} 1.0");
            for (String probe : List.of("", "/live", "/ready", "/started")) {
                assertThat(get(application, "/q/health" + probe).statusCode()).isEqualTo(200);
            }

            serves(key);
            assertThat(request(application, token(key, issuer.url())).status()).isEqualTo(200);

            assertThat(health(application).statusCode()).isEqualTo(200);
            assertThat(health(application).jsonPath().getString("checks[0].data.idp")).isEqualTo("1 key");
            assertThat(metrics(application)).contains("issuer_keys{issuer=\"idp\"} 1.0",
                    "issuer_keys_fetches_total{issuer=\"idp\",outcome=\"success\"} 1.0");
            assertThat(application.log()).contains("The keys of the issuer idp can be fetched again, after ",
                    "The issuer idp has 1 key");

            fails();
            assertThat(request(application, token(key, issuer.url())).status()).as("a known key").isEqualTo(200);
            RawHttp.Response unknown = request(application, token(newKey("other"), issuer.url()));
            assertThat(unknown.status()).as("asked a short time ago").isEqualTo(401);
            assertThat(unknown.body()).contains("invalid_client");

            assertThat(application.linesOf("WARN")).filteredOn(line -> line.contains("keys of the issuer")).singleElement()
                    .asString().contains("Its tokens get 503 until keys are fetched");
            assertThat(application.linesOf("ERROR")).isEmpty();
            assertThat(documented()).allSatisfy(name -> assertThat(metrics(application)).contains("\n" + name + "{issuer="));
        }
    }

    private static List<String> documented() throws IOException {
        try (Stream<String> lines = Files.lines(PAGE)) {
            List<String> names = lines.filter(line -> line.startsWith("| `issuer_"))
                    .flatMap(row -> Pattern.compile("`(issuer_[a-z_]+)`").matcher(row.split("\\|")[1]).results())
                    .map(name -> name.group(1)).toList();
            assertThat(names).hasSize(3);
            return names;
        }
    }

    @Test
    void callersOfAnIssuerWithoutKeysGet503() {
        fails();
        try (PackagedApplication application = PackagedApplication.start(environment())) {
            Awaitility.await().atMost(PATIENCE).until(() -> application.log().contains("cannot be fetched"));
            String token = token(key, issuer.url());

            RawHttp.Response refused = request(application, token);

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.headers()).containsKey("Retry-After");
            assertThat(refused.body()).contains("\"error\":\"temporarily_unavailable\"");
            assertThat(application.log()).contains("503 ISSUER_UNAVAILABLE: ").doesNotContain(token);
            assertThat(application.linesOf("WARN")).filteredOn(line -> line.contains("ISSUER_UNAVAILABLE")).hasSize(1);
        }
    }

    @Test
    void keysAreFetchedThroughAProxyOverTlsWithAToken() {
        Authority authority = new Authority("authority");
        String keys = set(key);
        try (RawServer server = RawServer.start(Certificates.context(authority.issue("issuer", "issuer.example")));
                ForwardProxy proxy = new ForwardProxy(null, server.port())) {
            server.answersOnce((out, request) -> out.write(response("200 OK", keys)));
            Map<String, String> environment = environment("ACCESS_ISSUERS_IDP_ISSUER", "payments",
                    "ACCESS_ISSUERS_IDP_JWKS_URL", "https://issuer.example/keys",
                    "ACCESS_ISSUERS_IDP_CA", Certificates.write(folder.resolve("ca.pem"), authority.pem()).toString(),
                    "ACCESS_ISSUERS_IDP_TOKEN_FILE", Certificates.write(folder.resolve("token"), "s3cr3t-token\n").toString(),
                    "ACCESS_ISSUERS_IDP_PROXY_URL", "http://localhost:" + proxy.port());
            try (PackagedApplication application = PackagedApplication.start(environment)) {
                assertThat(request(application, token(key, "payments")).status()).isEqualTo(200);

                assertThat(server.heads()).singleElement()
                        .satisfies(head -> assertThat(head).startsWith("GET /keys ")
                                .containsIgnoringCase("\r\nauthorization: Bearer s3cr3t-token\r\n"));
                assertThat(proxy.requests()).singleElement().asString().startsWith("CONNECT issuer.example:443 ")
                        .doesNotContain("s3cr3t-token");
                assertThat(application.log()).doesNotContain("s3cr3t-token");
            }
        }
    }

    @Test
    void missingFileOfKeysStopsTheStart() {
        Map<String, String> environment = environment("ACCESS_ISSUERS_IDP_JWKS_FILE", folder.resolve("missing").toString());
        try (PackagedApplication application = PackagedApplication.launch(environment)) {
            assertThat(application.exitCode()).isNotZero();
            assertThat(application.log()).contains("issuer idp cannot be used: the file that jwks-file names",
                    "does not exist");
        }
    }

    @Test
    void noClassForTokensIsLoadedWithoutIssuers() throws IOException {
        assumeThat(PackagedApplication.artifact().getProperty("type")).as("a JVM loads classes").isNotEqualTo("native");
        Path classes = folder.resolve("classes");
        List<String> options = List.of("-Xlog:class+load:file=" + classes + "::filecount=0");
        Map<String, String> environment = Map.of("LEAN_CLIENT_ID", "0a2d2b3c-0000-4000-8000-000000000000",
                "LEAN_CLIENT_SECRET", "x", "LEAN_URL", "http://localhost:1");
        try (PackagedApplication application = PackagedApplication.startWith(options, environment)) {
            assertThat(health(application).statusCode()).isEqualTo(200);

            List<String> loaded = Files.readAllLines(classes);
            assertThat(loaded).hasSizeGreaterThan(1000).anyMatch(line -> line.contains("dev.leantokens.issuer.TrustedKeys "));
            assertThat(loaded).filteredOn(line -> line.contains("org.jose4j.") || line.contains("issuer.KeyFetch")
                    || line.contains("issuer.FetchedKeys") || line.contains("issuer.KeysMetrics")).isEmpty();
        }
    }
}
