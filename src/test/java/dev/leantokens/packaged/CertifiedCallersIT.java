package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.StatelessMcp;
import dev.leantokens.testing.TokenResponses;
import io.vertx.core.json.JsonObject;

/** Local clients authenticate by the certificates of their connections, on both ports. */
class CertifiedCallersIT {

    private static final String AGENTS_SECRET = "secret-of-agents-never-to-be-seen";
    private static final String PAYMENTS_SECRET = "secret-of-payments-never-to-be-seen";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON = "application/json";
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** {@code payments} has a certificate and a secret, {@code web} a certificate only, {@code agents} a secret only. */
    private static final String CLIENTS = """
            payments.certificate=spiffe://prod/ns/payments/*
            payments.secret=%s
            payments.scopes=api,customer.*
            web.certificate=*.web.example
            web.scopes=api
            agents.secret=%s
            agents.scopes=api,customer.*
            """.formatted(PAYMENTS_SECRET, AGENTS_SECRET);

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();
    private final Authority authority = new Authority("authority");
    private final HttpClient payments = client(uri("spiffe://prod/ns/payments/api"));
    private final HttpClient web = client(new GeneralName(GeneralName.dNSName, "1.web.example"));
    private final HttpClient other = client(uri("spiffe://prod/ns/other/api"));

    private Path clients;
    private PackagedApplication application;

    private static GeneralName uri(String uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
    }

    private HttpClient client(GeneralName name) {
        return client(Version.HTTP_2, name);
    }

    private HttpClient client(Version version, GeneralName name) {
        Identity identity = authority.issue("caller", List.of(name));
        return HttpClient.newBuilder().sslContext(Certificates.context(identity, authority)).version(version).build();
    }

    @BeforeEach
    void start() {
        lean.start();
        lean.givesTokensOfTheirOwn(3600);
        clients = Certificates.write(folder.resolve("clients"), CLIENTS);
        application = PackagedApplication.start(environment());
    }

    private Map<String, String> environment() {
        Identity server = authority.issue("server", "localhost");
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "ACCESS_ANONYMOUS", "never", "ACCESS_CLIENTS_FILE",
                clients.toString(), "ACCESS_LOG", "true", "CACHE_ENABLED", "false"));
        environment.putAll(Map.of(
                "TLS_CERTIFICATE", Certificates.write(folder.resolve("certificate"), server.certificatePem()).toString(),
                "TLS_KEY", Certificates.write(folder.resolve("key"), server.keyPem()).toString(),
                "TLS_CLIENT_CA", Certificates.write(folder.resolve("ca"), authority.pem()).toString()));
        return environment;
    }

    @AfterEach
    void stop() {
        assertThat(application.log()).doesNotContain("never-to-be-seen", "\tat ");
        application.close();
        lean.stop();
    }

    private HttpResponse<String> rest(HttpClient client, String type, String body, String... headers) {
        return post(client, application.port(), "/v1/oauth2/token", type, body, headers);
    }

    private static HttpResponse<String> post(HttpClient client, int port, String path, String type, String body,
            String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)).timeout(PATIENCE)
                .header("Content-Type", type).header("Accept", "application/json, text/event-stream")
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> mcp(HttpClient client, String body, String... headers) {
        return post(client, application.mcpPort(), "/mcp", JSON, body, headers);
    }

    /** Calls the tool without a handshake. */
    private HttpResponse<String> call(HttpClient client, String members, String... headers) {
        String body = StatelessMcp.request("tools/call", new JsonObject().put("name", McpCalls.TOOL).put("arguments",
                new JsonObject().put("body", new JsonObject("{\"scope\":\"api\"" + members + "}")))).encode();
        return mcp(client, body, Stream.concat(Arrays.stream(headers), Stream.of("MCP-Protocol-Version",
                StatelessMcp.REVISION, "Mcp-Method", "tools/call", "Mcp-Name", McpCalls.TOOL)).toArray(String[]::new));
    }

    private static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    private static void assertServed(HttpResponse<String> response) {
        assertServed(response, LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET);
    }

    /** @param id the client of Lean that the token was issued for */
    private static void assertServed(HttpResponse<String> response, String id, String secret) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body()).contains(TokenResponses.prefix(id, secret, "api"));
    }

    private static void assertRefused(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(401);
        assertThat(response.body()).contains("\"error\":\"invalid_client\"");
        assertThat(response.headers().firstValue("WWW-Authenticate").orElse("")).matches("Basic .*, Bearer .*");
    }

    @Test
    void certificateAuthenticatesItsClientOnBothPorts() {
        for (Version version : Version.values()) {
            HttpClient client = client(version, uri("spiffe://prod/ns/payments/" + version));
            assertThat(rest(client, JSON, "{\"scope\":\"api\"}").version()).isEqualTo(version);
            assertServed(rest(client, JSON, "{\"scope\":\"api\"}"));
            assertServed(rest(client, FORM, "grant_type=client_credentials&scope=api"));
            // As in RFC 8705 §2, and with its secret, too.
            assertServed(rest(client, FORM, "scope=api&client_id=payments"));
            assertServed(rest(client, FORM, "scope=api&client_id=payments&client_secret=" + PAYMENTS_SECRET));
            assertServed(rest(client, FORM, "scope=api", "Authorization", basic("payments", PAYMENTS_SECRET)));
            assertServed(rest(client, FORM, "scope=api&client_id=payments", "Authorization", "Bearer " + PAYMENTS_SECRET));

            HttpResponse<String> session = mcp(client, INITIALIZE);
            assertThat(session.statusCode()).isEqualTo(200);
            assertServed(mcp(client, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\""
                    + McpCalls.TOOL + "\",\"arguments\":{\"body\":{\"scope\":\"api\"}}}}", "Mcp-Session-Id",
                    session.headers().firstValue("Mcp-Session-Id").orElseThrow()));
            assertServed(call(client, ""));
            assertServed(call(client, "", "Authorization", "Bearer " + PAYMENTS_SECRET));
        }
        assertServed(rest(web, JSON, "{\"scope\":\"api\"}"));
        assertThat(rest(web, JSON, "{\"scope\":\"customer.1\"}").body()).contains("invalid_scope", "request api");

        assertThat(application.linesOf("INFO")).anyMatch(line -> line.contains("local client payments: POST /v1/oauth2/token"))
                .anyMatch(line -> line.contains("local client payments: POST /mcp"))
                .anyMatch(line -> line.contains("request of local client web refused: 400 INVALID_SCOPE"));
        assertThat(application.linesOf("ERROR")).isEmpty();
    }

    @Test
    void credentialsOfSomebodyElseAreRefused() {
        String agents = "client_id=agents&client_secret=" + AGENTS_SECRET;
        String leans = "client_id=" + LeanStub.CALLERS_ID + "&client_secret=" + LeanStub.CALLERS_SECRET;
        List<String> headers = List.of(basic("agents", AGENTS_SECRET), "Bearer " + AGENTS_SECRET,
                basic(LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET), basic("payments", "wrong-" + PAYMENTS_SECRET),
                basic("web", PAYMENTS_SECRET), basic("unknown", "unknown"), "Bearer unknown", "Bearer a.b.c",
                "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJwYXltZW50cyJ9.", "Negotiate a");

        for (String header : headers) {
            assertRefused(rest(payments, JSON, "{\"scope\":\"api\"}", "Authorization", header));
            assertRefused(call(payments, "", "Authorization", header));
            assertRefused(mcp(payments, INITIALIZE, "Authorization", header));
        }
        for (String credentials : List.of(agents, leans, "client_id=agents", "client_id=web", "client_id=unknown",
                "client_id=" + LeanStub.CALLERS_ID, "client_id=Payments", "client_id=payments&client_secret=wrong",
                "client_id=unknown&client_secret=" + PAYMENTS_SECRET)) {
            assertRefused(rest(payments, FORM, "scope=api&" + credentials));
        }
        // Two places of credentials, and a secret without an id, are mistakes as they are without a certificate.
        for (String mistake : List.of("client_secret=" + PAYMENTS_SECRET,
                "client_id=payments&client_secret=" + PAYMENTS_SECRET)) {
            assertThat(rest(payments, FORM, "scope=api&" + mistake, "Authorization", basic("payments", PAYMENTS_SECRET))
                    .statusCode()).isEqualTo(400);
        }
        // A client with a certificate only has no secret.
        for (String secret : List.of("web", PAYMENTS_SECRET, "*.web.example", " ")) {
            assertRefused(rest(other, FORM, "scope=api", "Authorization", basic("web", secret)));
            assertRefused(rest(web, FORM, "scope=api", "Authorization", basic("web", secret)));
        }
        assertThat(lean.requests()).isEmpty();
        assertThat(application.linesOf("INFO"))
                .anyMatch(line -> line
                        .contains("401 CALLER_REFUSED: the certificate of this connection belongs to another client"));
    }

    /** What a model writes in the tool's argument concerns Lean only, whoever calls. */
    @Test
    void leansCredentialsInTheToolsArgumentAreStillForLean() {
        String members = ",\"client_id\":\"%s\",\"client_secret\":\"%s\"".formatted(LeanStub.CALLERS_ID,
                LeanStub.CALLERS_SECRET);

        assertServed(call(payments, members), LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET);
        assertThat(call(payments, ",\"client_id\":\"agents\",\"client_secret\":\"" + AGENTS_SECRET + "\"").body())
                .contains("invalid_client");
        assertThat(lean.requests()).hasSize(1);
    }

    @Test
    void certificateOfNoClientIsNoCredential() {
        for (HttpClient client : List.of(other, client(uri("spiffe://prod.evil/ns/payments/api")),
                client(uri("spiffe://prod/ns/payments/../payments/api")),
                client(new GeneralName(GeneralName.dNSName, "*.web.example")),
                client(new GeneralName(GeneralName.rfc822Name, "1.web.example")))) {
            assertRefused(rest(client, JSON, "{\"scope\":\"api\"}"));
            assertRefused(rest(client, FORM, "scope=api&client_id=payments&client_secret=unknown"));
            assertThat(rest(client, FORM, "scope=api&client_id=payments").statusCode()).isEqualTo(400);
        }
        assertThat(lean.requests()).isEmpty();
        // It may still connect, and present a secret.
        assertServed(rest(other, FORM, "scope=api", "Authorization", basic("agents", AGENTS_SECRET)));
        assertServed(call(other, "", "Authorization", "Bearer " + PAYMENTS_SECRET));
    }

    /** A proxy's connection is the proxy's, whoever it forwards for. */
    @Test
    void headersAboutCertificatesAreNotBelieved() {
        String pem = authority.issue("caller", List.of(uri("spiffe://prod/ns/payments/api"))).certificatePem()
                .replace("\n", "");
        List<String> headers = List.of("X-Forwarded-Client-Cert", "By=spiffe://prod/proxy;URI=spiffe://prod/ns/payments/api",
                "X-SSL-Client-Cert", pem, "SSL-Client-Cert", pem, "Client-Cert", ":" + pem + ":", "X-Client-Cert", pem,
                "X-SSL-Client-Verify", "SUCCESS", "X-SSL-Client-S-DN", "CN=payments", "X-Client-Verify", "SUCCESS",
                "X-Forwarded-User", "payments", "X-Remote-User", "payments", "X-Amzn-Mtls-Clientcert", pem,
                "X-ARR-ClientCert", pem);

        for (int i = 0; i < headers.size(); i += 2) {
            assertRefused(rest(other, JSON, "{\"scope\":\"api\"}", headers.get(i), headers.get(i + 1)));
            assertRefused(mcp(other, StatelessMcp.request("tools/list", new JsonObject()).encode(), headers.get(i),
                    headers.get(i + 1), "Authorization", "Bearer wrong"));
        }
        // Neither do they take the certificate away.
        assertServed(rest(payments, JSON, "{\"scope\":\"api\"}", "X-Forwarded-Client-Cert", "URI=spiffe://prod/ns/other/api"));
    }

    @Test
    void sessionBelongsToTheClientOfTheCertificate() {
        String session = mcp(payments, INITIALIZE).headers().firstValue("Mcp-Session-Id").orElseThrow();
        String list = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{}}";

        assertThat(mcp(web, list, "Mcp-Session-Id", session).statusCode()).isEqualTo(404);
        assertThat(mcp(other, list, "Mcp-Session-Id", session, "Authorization", basic("agents", AGENTS_SECRET)).statusCode())
                .isEqualTo(404);
        // It is the client's, whichever credentials it uses.
        assertThat(mcp(payments, list, "Mcp-Session-Id", session).statusCode()).isEqualTo(200);
        assertThat(mcp(other, list, "Mcp-Session-Id", session, "Authorization", basic("payments", PAYMENTS_SECRET))
                .statusCode()).isEqualTo(200);
    }

    @Test
    void openConnectionFollowsTheClientsFile() {
        assertServed(rest(payments, JSON, "{\"scope\":\"api\"}"));
        assertRefused(rest(other, JSON, "{\"scope\":\"api\"}"));

        Certificates.write(clients, CLIENTS.replace("ns/payments/*", "ns/other/*"));
        await().atMost(PATIENCE).untilAsserted(() -> assertServed(rest(other, JSON, "{\"scope\":\"api\"}")));
        assertRefused(rest(payments, JSON, "{\"scope\":\"api\"}"));

        Certificates.write(clients, CLIENTS.replace("*.web.example", "spiffe://prod/**"));
        await().atMost(PATIENCE).untilAsserted(() -> assertServed(rest(other, FORM, "scope=api&client_id=web")));
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> ambiguous = rest(client(uri("spiffe://prod/ns/payments/" + i)), JSON, "{\"scope\":\"api\"}");
            assertRefused(ambiguous);
            assertThat(ambiguous.body()).contains("belongs to several clients");
            // No other credential makes it unambiguous.
            assertRefused(rest(payments, FORM, "scope=api", "Authorization", basic("payments", PAYMENTS_SECRET)));
        }
        assertThat(application.linesOf("ERROR")).singleElement().asString()
                .contains("several local clients (payments, web)");

        Certificates.write(clients, CLIENTS.replace("*.web.example", "spiffe://prod/***"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(application.linesOf("ERROR")).hasSize(2));
        assertThat(application.linesOf("ERROR").get(1)).contains("keeping the current clients",
                "the certificate of local client web is no pattern for SPIFFE IDs");
        assertServed(rest(other, JSON, "{\"scope\":\"api\"}"));
    }

    @Test
    void startFailsIfCallersPresentNoCertificate() {
        Map<String, String> environment = environment();
        environment.remove("TLS_CLIENT_CA");
        try (PackagedApplication failed = PackagedApplication.launch(environment)) {
            assertThat(failed.exitCode()).isEqualTo(1);
            assertThat(failed.log()).contains("authenticates by certificate, but TLS_CLIENT_CA is not set")
                    .doesNotContain("\tat ");
        }
    }
}
