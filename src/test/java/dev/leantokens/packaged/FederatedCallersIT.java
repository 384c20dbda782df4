package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.StatelessMcp;
import dev.leantokens.testing.TestIssuer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;

/** Callers authenticate with tokens of an issuer, whose keys are fetched over HTTP. */
class FederatedCallersIT {

    private static final String ASSERTION = ",\"client_assertion_type\":"
            + "\"urn:ietf:params:oauth:client-assertion-type:jwt-bearer\",\"client_assertion\":\"%s\"";
    /** In claims, which no response and no line of the log may quote. */
    private static final String MARK = "s3cr3t-claim";
    private static final String SCOPE = "customer.1";
    private static final int MAX_TOKEN = 8 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();
    private final TestIssuer issuer = new TestIssuer("https://idp.example.com").start();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PackagedApplication application;

    @BeforeEach
    void start() {
        lean.start();
        lean.givesTokensOfTheirOwn(3600);
    }

    @AfterEach
    void stop() {
        if (application != null) {
            application.close();
        }
        issuer.close();
        threads.shutdownNow();
        lean.stop();
    }

    private void startWith(Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "LEAN_REQUESTS_PER_MINUTE", "100000", "ACCESS_ANONYMOUS",
                "never",
                "ACCESS_CALLER_CREDENTIALS", "refused", "QUARKUS_LOG_LEVEL", "DEBUG", "ACCESS_LOG", "true"));
        environment.putAll(settings);
        application = PackagedApplication.start(environment);
    }

    private Map<String, String> trusted(String id) {
        return Map.of("ACCESS_ISSUERS_" + id + "_ISSUER", issuer.name(), "ACCESS_ISSUERS_" + id + "_AUDIENCE",
                TestIssuer.AUDIENCE, "ACCESS_ISSUERS_" + id + "_SCOPES", "customer.{lean_customer}",
                "ACCESS_ISSUERS_" + id + "_JWKS_URL", issuer.jwksUrl());
    }

    private Peers peers() {
        return new Peers(application.port(), application.mcpPort());
    }

    private RawHttp.Response rest(String token) {
        return peers().token(RawHttp.LOOPBACK, SCOPE, "", "Authorization: Bearer " + token);
    }

    private String token() {
        return issuer.token("shop", Map.of("lean_customer", "1"));
    }

    /** Not by a token: a request that waits for the first keys counts as a request for a missing one. */
    private void awaitKeys() {
        await().atMost(PATIENCE).until(() -> RawHttp.send(RawHttp.LOOPBACK, application.port(),
                "GET /q/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").body()
                .contains("issuer_keys{issuer=\"idp\"} 1.0"));
    }

    @Test
    void callerIsServedForItsOwnCustomerOnly() {
        startWith(trusted("IDP_ONE"));

        assertThat(rest(token()).status()).isEqualTo(200);
        RawHttp.Response other = peers().token(RawHttp.LOOPBACK, "customer.2", "", "Authorization: Bearer " + token());
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.body()).contains("invalid_scope");
        assertThat(peers().call(RawHttp.LOOPBACK, SCOPE, "", "Authorization: Bearer " + token()).body())
                .contains("access_token");
        assertThat(peers().token(RawHttp.LOOPBACK, SCOPE, ASSERTION.formatted(token())).status()).isEqualTo(200);
        assertThat(form("scope=" + SCOPE + "&client_id=shop&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
                + "client-assertion-type%3Ajwt-bearer&client_assertion=" + token()).status()).isEqualTo(200);

        assertThat(application.linesOf("INFO")).anyMatch(line -> line.contains("to callers with tokens of 1 issuer"));
        assertThat(application.log()).contains("caller idp-one:shop").doesNotContain(token().substring(0, 60))
                .doesNotContain("customer.1");
    }

    @Test
    void bodyMustNotContradictTheAssertion() {
        startWith(trusted("IDP"));
        String assertion = ASSERTION.formatted(token());

        assertThat(List.of(
                peers().token(RawHttp.LOOPBACK, SCOPE, assertion + ",\"client_id\":\"another\""),
                peers().token(RawHttp.LOOPBACK, SCOPE, assertion + ",\"client_id\":\"shop\",\"client_secret\":\"x\""),
                peers().token(RawHttp.LOOPBACK, SCOPE, assertion, "Authorization: Bearer " + token()),
                peers().token(RawHttp.LOOPBACK, SCOPE, assertion.replace("jwt-bearer", "saml2-bearer")),
                peers().token(RawHttp.LOOPBACK, SCOPE, ",\"client_assertion\":\"" + token() + "\"")))
                .allSatisfy(response -> {
                    assertThat(response.status()).isEqualTo(400);
                    assertThat(response.body()).contains("\"error\":\"invalid_request\"");
                });
        assertThat(lean.requests()).isEmpty();
    }

    private RawHttp.Response form(String body) {
        return RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token", "application/x-www-form-urlencoded",
                body);
    }

    /** Everyone is served without credentials, so a token that were ignored would show. */
    @Test
    void refusedTokenIsUnauthorizedEverywhereWithoutACallToLean() throws Exception {
        Map<String, String> settings = new HashMap<>(trusted("IDP"));
        settings.put("ACCESS_ANONYMOUS", "always");
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("weak").generate();
        issuer.publish(weak);
        startWith(settings);
        assertThat(rest(token()).status()).isEqualTo(200);
        lean.reset();
        lean.givesTokensOfTheirOwn(3600);

        Map<String, String> tokens = refusedTokens(weak);
        List<String> wrong = new ArrayList<>();
        tokens.forEach((name, token) -> answers(token).forEach((place, response) -> {
            if (!isUnauthorized(response)) {
                wrong.add(name + " as " + place + ": " + response);
            }
        }));

        assertThat(wrong).isEmpty();
        assertThat(lean.requests()).isEmpty();
        assertThat(application.log()).doesNotContain(MARK);
        tokens.values().forEach(token -> assertThat(application.log()).doesNotContain(token));
        // One for all tokens with an unknown key.
        assertThat(issuer.requests()).isLessThanOrEqualTo(2);
    }

    private Map<String, RawHttp.Response> answers(String token) {
        String header = "Authorization: Bearer " + token;
        return Map.of("a Bearer token over REST", peers().token(RawHttp.LOOPBACK, SCOPE, "", header),
                "a client assertion", peers().token(RawHttp.LOOPBACK, SCOPE, ASSERTION.formatted(token)),
                "a Bearer token over MCP", peers().call(RawHttp.LOOPBACK, SCOPE, "", header),
                "a Bearer token over MCP without a handshake", new StatelessMcp(application.mcpPort()).call(RawHttp.LOOPBACK,
                        SCOPE, "", header),
                "a Bearer token over SSE", RawHttp.send(RawHttp.LOOPBACK, application.mcpPort(),
                        "GET /mcp/sse HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header + "\r\n\r\n"),
                "a Basic secret", peers().token(RawHttp.LOOPBACK, SCOPE, "", "Authorization: Basic " + Base64.getEncoder()
                        .encodeToString(("shop:" + token).getBytes(StandardCharsets.UTF_8))));
    }

    private static boolean isUnauthorized(RawHttp.Response response) {
        return response.status() == 401 && new JsonObject(response.body()).getString("error").equals("invalid_client")
                && new JsonObject(response.body()).getString("error_description") != null
                && response.headers().get("WWW-Authenticate").matches("Basic .*, Bearer .*")
                && response.headers().get("Cache-Control").equals("no-store") && !response.body().contains(MARK);
    }

    private Map<String, String> refusedTokens(RSAKey weak) throws Exception {
        ECKey key = issuer.currentKey();
        Date past = Date.from(Instant.now().minusSeconds(3600));
        Date future = Date.from(Instant.now().plusSeconds(3600));
        JWTClaimsSet good = claims().build();
        Map<String, String> tokens = new LinkedHashMap<>();
        tokens.put("alg none", base64Url("{\"alg\":\"none\"}") + "." + base64Url(good.toString()) + ".");
        tokens.put("HS256 with the public key as secret", mac(good, key.toPublicJWK().toJSONString(), key.getKeyID()));
        tokens.put("another issuer", sign(claims().issuer("https://evil.example.com/" + MARK).build()));
        tokens.put("another audience", sign(claims().audience(MARK).build()));
        tokens.put("no audience", sign(claims().audience((String) null).build()));
        tokens.put("expired", sign(claims().expirationTime(past).build()));
        tokens.put("not yet valid", sign(claims().notBeforeTime(future).build()));
        tokens.put("no expiry", sign(claims().expirationTime(null).build()));
        tokens.put("an unknown key", TestIssuer.sign(good, TestIssuer.key(MARK)));
        tokens.put("the key of another issuer", TestIssuer.sign(good, TestIssuer.key(key.getKeyID())));
        tokens.put("crit", TestIssuer.sign(header(key).criticalParams(Set.of("exp")).customParam("exp", 1).build(), good, key));
        ECKey embedded = TestIssuer.key("embedded");
        tokens.put("an embedded key", TestIssuer.sign(header(embedded).jwk(embedded.toPublicJWK()).build(), good, embedded));
        tokens.put("a URL of keys", TestIssuer.sign(header(key).jwkURL(URI.create(issuer.jwksUrl())).build(), good, key));
        tokens.put("another type", TestIssuer.sign(header(key).type(new JOSEObjectType("dpop+jwt")).build(), good, key));
        tokens.put("repeated members",
                signText(good.toString().replaceFirst("\\{", "{\"aud\":\"" + TestIssuer.AUDIENCE + "\","),
                        key));
        tokens.put("too long", sign(claims().claim("padding", "x".repeat(MAX_TOKEN)).build()));
        String signed = sign(good);
        tokens.put("a signature of zeros", signed.substring(0, signed.lastIndexOf('.') + 1) + base64Url(new byte[64]));
        tokens.put("a weak key", weakly(good, weak));
        tokens.put("an encrypted token", base64Url("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}") + "..AAAA.AAAA.AAAA");
        tokens.put("bound to a certificate",
                sign(claims().claim("cnf", Map.of("x5t#S256", "A".repeat(43))).build()));
        tokens.put("bound to a key", sign(claims().claim("cnf", Map.of("jkt", "A".repeat(43))).build()));
        return tokens;
    }

    private JWTClaimsSet.Builder claims() {
        return issuer.claims("shop").claim("lean_customer", "1").claim("mark", MARK);
    }

    private static JWSHeader.Builder header(ECKey key) {
        return new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID());
    }

    private String sign(JWTClaimsSet claims) {
        return TestIssuer.sign(claims, issuer.currentKey());
    }

    private static String signText(String claims, ECKey key) throws Exception {
        JWSObject token = new JWSObject(header(key).build(), new Payload(claims));
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    private static String mac(JWTClaimsSet claims, String secret, String keyId) throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(keyId).build(), claims);
        token.sign(new MACSigner(secret));
        return token.serialize();
    }

    private static String weakly(JWTClaimsSet claims, RSAKey key) throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
        token.sign(new RSASSASigner(key.toPrivateKey(), Set.of(AllowWeakRSAKey.getInstance())));
        return token.serialize();
    }

    private static String base64Url(String text) {
        return base64Url(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Test
    void requestsWaitForARotatedKeyAndOthersDoNot() throws Exception {
        startWith(trusted("IDP"));
        awaitKeys();
        String known = token();
        int before = issuer.requests();
        issuer.rotate();
        issuer.hold();
        String rotated = token();

        List<CompletableFuture<Integer>> waiting = new ArrayList<>();
        HttpClient http1 = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
        Vertx vertx = Vertx.vertx();
        io.vertx.core.http.HttpClient http2 = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        for (int i = 0; i < 10; i++) {
            waiting.add(post(http1, "{\"scope\":\"" + SCOPE + "\"}", rotated));
            waiting.add(post(http1, "{\"scope\":\"" + SCOPE + "\"" + ASSERTION.formatted(rotated) + "}", ""));
            waiting.add(postHttp2(http2, "{\"scope\":\"" + SCOPE + "\"}", rotated));
            waiting.add(CompletableFuture.supplyAsync(() -> peers().statelessCall(RawHttp.LOOPBACK, SCOPE, "",
                    "Authorization: Bearer " + rotated).status(), threads));
        }
        waiting.add(CompletableFuture.supplyAsync(() -> peers().call(RawHttp.LOOPBACK, SCOPE, "",
                "Authorization: Bearer " + rotated).body().contains("access_token") ? 200 : 0, threads));
        try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), application.port());
                Socket stream = new Socket(InetAddress.getLoopbackAddress(), application.mcpPort())) {
            slow.setSoTimeout((int) PATIENCE.toMillis());
            stream.setSoTimeout((int) PATIENCE.toMillis());
            String body = "{\"scope\":\"" + SCOPE + "\"}" + " ".repeat(10_000);
            write(slow, "POST /v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + body.length() + "\r\nConnection: close\r\nAuthorization: Bearer " + rotated
                    + "\r\n\r\n" + body.substring(0, 5));
            write(stream, "GET /mcp/sse HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + rotated + "\r\n\r\n");
            await().atMost(PATIENCE).until(() -> issuer.requests() == before + 1);
            write(slow, body.substring(5));

            // The event loops are free meanwhile.
            for (int i = 0; i < 5; i++) {
                assertThat(rest(known).status()).isEqualTo(200);
            }
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            issuer.release();

            assertThat(waiting).allSatisfy(request -> assertThat(request.get()).isEqualTo(200));
            assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("HTTP/1.1 200");
            byte[] start = stream.getInputStream().readNBytes("HTTP/1.1 200".length());
            assertThat(new String(start, StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 200");
        }
        assertThat(issuer.requests()).isEqualTo(before + 1);
        assertThat(application.linesOf("ERROR")).isEmpty();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    private CompletableFuture<Integer> post(HttpClient client, String body, String bearer) {
        HttpRequest.Builder request = HttpRequest
                .newBuilder(URI.create("http://localhost:" + application.port() + "/v1/oauth2/token"))
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
        if (!bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(HttpResponse::statusCode);
    }

    private CompletableFuture<Integer> postHttp2(io.vertx.core.http.HttpClient client, String body, String bearer) {
        return client.request(HttpMethod.POST, application.port(), "localhost", "/v1/oauth2/token")
                .compose(request -> request.putHeader("Content-Type", "application/json")
                        .putHeader("Authorization", "Bearer " + bearer).send(Buffer.buffer(body)))
                .map(response -> response.statusCode()).toCompletionStage().toCompletableFuture();
    }

    @Test
    void callersThatHangUpWhileTheyWaitCostNothing() throws Exception {
        startWith(trusted("IDP"));
        awaitKeys();
        int before = issuer.requests();
        issuer.rotate();
        issuer.hold();
        String rotated = token();
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), application.port());
            sockets.add(socket);
            write(socket, "POST /v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100\r\nCache-Control: no-cache\r\nAuthorization: Bearer " + rotated + "\r\n\r\n");
        }
        await().atMost(PATIENCE).until(() -> issuer.requests() == before + 1);
        lean.reset();
        lean.givesTokensOfTheirOwn(3600);

        for (Socket socket : sockets) {
            socket.close();
        }
        issuer.release();

        await().atMost(PATIENCE).until(() -> rest(rotated).status() == 200);
        assertThat(lean.requests()).hasSizeLessThanOrEqualTo(1);
        assertThat(application.linesOf("ERROR")).isEmpty();
    }

    @Test
    void unreachableIssuerIsNoFaultOfTheCaller() {
        Map<String, String> settings = new HashMap<>(trusted("IDP"));
        settings.put("ACCESS_ISSUERS_IDP_JWKS_URL", issuer.jwksUrl().replace("/keys", "/nowhere"));
        startWith(settings);

        Stream.of(rest(token()), peers().token(RawHttp.LOOPBACK, SCOPE, ASSERTION.formatted(token())),
                peers().call(RawHttp.LOOPBACK, SCOPE, "", "Authorization: Bearer " + token())).forEach(response -> {
                    assertThat(response.status()).isEqualTo(503);
                    assertThat(response.body()).contains("\"error\":\"temporarily_unavailable\"");
                    assertThat(response.headers()).containsKey("Retry-After");
                });
        // A token that would be refused anyway gets no other answer.
        assertThat(rest(sign(claims().audience("another").build())).status()).isEqualTo(401);
        assertThat(lean.requests()).isEmpty();
    }

    @Test
    void requestThatWaitsIsAnsweredBeforeTheServiceEnds() throws Exception {
        startWith(trusted("IDP"));
        awaitKeys();
        int before = issuer.requests();
        issuer.rotate();
        issuer.hold();
        String rotated = token();
        CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> rest(rotated).status(), threads);
        await().atMost(PATIENCE).until(() -> issuer.requests() == before + 1);

        application.terminate();
        await().atMost(PATIENCE).until(() -> RawHttp.send(RawHttp.LOOPBACK, application.port(),
                "GET /q/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status() == 503);
        assertThat(waiting).isNotDone();
        issuer.release();

        assertThat(waiting.get()).isEqualTo(200);
        application.exitCode();
    }

    @Test
    void issuersOfTheFileFollowItsChanges() throws IOException {
        Path file = write("agents.secret=secret-of-agents-0123456789\nagents.scopes=api\n");
        startWith(Map.of("ACCESS_CLIENTS_FILE", file.toString()));
        String token = token();
        assertThat(rest(token).status()).isEqualTo(401);
        assertThat(issuer.requests()).isZero();

        write(ofFile("customer.{lean_customer}"));
        awaitStatus(token, 200);
        awaitLine("INFO", "The file of local clients has changed: 0 local clients and 1 issuer are configured now");

        write(ofFile("api"));
        awaitStatus(token, 400);
        // The keys of unchanged settings are kept.
        assertThat(issuer.requests()).isEqualTo(1);

        write(ofFile("api") + "issuers.idp.claim.sub=*\n");
        awaitLine("ERROR", "is invalid, keeping the current clients and issuers: issuer idp has an unknown setting");
        assertThat(rest(token).status()).isEqualTo(400);

        write("");
        awaitStatus(token, 401);
        int requests = issuer.requests();
        assertThat(rest(issuer.token("another", Map.of("lean_customer", "1"))).status()).isEqualTo(401);
        assertThat(issuer.requests()).isEqualTo(requests);
    }

    /** In Kubernetes, two volumes change at different times. */
    @Test
    void fileOfClientsWaitsForTheFilesThatItNames() throws IOException {
        startWith(Map.of("ACCESS_CLIENTS_FILE",
                write("agents.secret=secret-of-agents-0123456789\nagents.scopes=api\n").toString()));
        Path keys = folder.resolve("keys.json");

        write(ofFile("customer.{lean_customer}").replaceFirst("issuers.idp.jwks-url=.*", "issuers.idp.jwks-file=" + keys));
        awaitLine("ERROR", "is invalid, keeping the current clients and issuers");
        assertThat(peers().rest(RawHttp.LOOPBACK, "", "Authorization: Bearer secret-of-agents-0123456789").status())
                .isEqualTo(200);
        Files.writeString(keys, issuer.jwks());

        awaitStatus(token(), 200);
        assertThat(peers().rest(RawHttp.LOOPBACK, "", "Authorization: Bearer secret-of-agents-0123456789").status())
                .isEqualTo(401);
        assertThat(application.linesOf("ERROR")).hasSize(1);
    }

    private String ofFile(String scopes) {
        return Map.of("issuer", issuer.name(), "audience", TestIssuer.AUDIENCE, "jwks-url", issuer.jwksUrl(), "scopes", scopes)
                .entrySet().stream().map(setting -> "issuers.idp." + setting.getKey() + "=" + setting.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private Path write(String text) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), text);
        return Files.move(next, folder.resolve("clients"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void awaitStatus(String token, int status) {
        await().atMost(PATIENCE).until(() -> rest(token).status() == status);
    }

    private void awaitLine(String level, String text) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(application.linesOf(level)).anyMatch(line -> line.contains(text)));
    }
}
