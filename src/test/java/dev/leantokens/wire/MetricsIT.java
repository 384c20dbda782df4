package dev.leantokens.wire;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.leantokens.testing.Callers.scope;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.DocumentedMetrics;
import dev.leantokens.testing.DocumentedMetrics.Values;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.McpCalls;
import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.Metrics.Sample;
import io.quarkiverse.mcp.server.test.McpAssured.McpError;
import io.quarkiverse.mcp.server.test.McpAssured.McpStreamableTestClient;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.DisabledOnIntegrationTest;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/** Compares {@code /q/metrics} before and after: other tests change it as well. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "cache.enabled", value = "true"),
        @ResourceArg(name = "cache.negative-ttl", value = "500ms"),
        @ResourceArg(name = "token.customer-minimum-validity", value = "8s"),
        @ResourceArg(name = "token.refresh-ahead", value = "0.5"),
        @ResourceArg(name = "token.stale-after", value = "300ms"),
        @ResourceArg(name = "token.retry-cooldown", value = "500ms") })
class MetricsIT {

    private static final Path PAGE = DocumentedMetrics.PAGE;
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final String REQUESTS = "token_requests_total";
    private static final String ERRORS = "token_errors_total";
    private static final String LEAN = "lean_requests_seconds_count";
    private static final String REST = "adapter=\"rest\"";
    private static final String MCP = "adapter=\"mcp\"";

    LeanStub lean;

    private Callers callers;
    private final String customer = UUID.randomUUID().toString();
    private final String scope = "customer." + customer;
    private Metrics before;

    @BeforeEach
    void connect() {
        lean.reset();
        lean.givesTokensOfTheirOwn(3600);
        callers = new Callers(lean.mcpPort());
        before = Metrics.scrape();
    }

    @AfterEach
    void disconnect() {
        callers.close();
    }

    @Test
    void requestsAreCountedByAdapterAndOutcome() {
        assertThat(rest().status()).isEqualTo(200);
        assertThat(rest().status()).isEqualTo(200);
        assertThat(mcp().status()).isEqualTo(200);
        // A token younger than a second is not replaced.
        await().until(() -> callers.rest(scope(scope), "Cache-Control", "no-cache").join().cacheStatus().orElseThrow()
                .contains("fwd=request"));

        assertThat(grown(REQUESTS, REST, "outcome=\"miss\"")).isOne();
        assertThat(grown(REQUESTS, MCP, "outcome=\"hit\"")).isOne();
        assertThat(grown(REQUESTS, REST, "outcome=\"hit\"")).isPositive();
        assertThat(grown(REQUESTS, REST, "outcome=\"refreshed\"")).isOne();
        assertThat(grown(REQUESTS, "outcome=\"error\"")).isZero();
        assertThat(grown(ERRORS)).isZero();
        assertThat(grown(LEAN, "outcome=\"success\"")).isEqualTo(2);
        assertThat(grown("lean_requests_seconds_bucket", "outcome=\"success\"", "le=\"+Inf\"")).isEqualTo(2);
        assertThat(grown("token_duration_seconds_count")).isEqualTo(grown(REQUESTS));
        assertThat(grown("cache_gets_total", "result=\"hit\"")).isPositive();
        assertThat(grown("cache_gets_total", "result=\"miss\"")).isOne();
        assertThat(Metrics.scrape().value("cache_size")).isPositive();
    }

    @Test
    void everyRequestUnderLoadIsCountedOnce() {
        rest();
        int each = 150;
        List<CompletableFuture<Answer>> answers = IntStream.range(0, each).boxed()
                .flatMap(i -> List.<Supplier<CompletableFuture<Answer>>> of(
                        () -> callers.rest(scope(scope)), () -> callers.mcp(scope(scope)),
                        () -> callers.rest(scope("everything")))
                        .stream())
                .map(Supplier::get).toList();
        answers.forEach(CompletableFuture::join);

        assertThat(grown(REQUESTS, REST, "outcome=\"hit\"")).isEqualTo(each);
        assertThat(grown(REQUESTS, MCP, "outcome=\"hit\"")).isEqualTo(each);
        assertThat(grown(REQUESTS, REST, "outcome=\"error\"")).isEqualTo(each);
        assertThat(grown(ERRORS, REST, "error=\"invalid_scope\"", "reason=\"invalid_scope\"")).isEqualTo(each);
        assertThat(grown(REQUESTS)).isEqualTo(3 * each + 1);
        assertThat(grown(LEAN)).isOne();
    }

    @Test
    void errorsAreCountedAtEveryStage() {
        assertThat(given().get("/nothing/" + customer).statusCode()).isEqualTo(404);
        assertThat(given().get("/v1/oauth2/token").statusCode()).isEqualTo(405);
        assertThat(given().auth().preemptive().basic("unknown", "x").formParam("scope", "api").post("/v1/oauth2/token")
                .statusCode()).isEqualTo(401);
        assertThat(callers.mcp(scope("everything")).join().status()).isZero();
        given().port(lean.mcpPort()).contentType("application/json").accept("application/json, text/event-stream")
                .body("{").post("/mcp").then().statusCode(400);

        assertThat(grown(ERRORS, "adapter=\"http\"", "reason=\"not_found\"")).isOne();
        assertThat(grown(ERRORS, REST, "reason=\"method_not_allowed\"", "error=\"invalid_request\"")).isOne();
        assertThat(grown(ERRORS, REST, "reason=\"caller_refused\"", "error=\"invalid_client\"")).isOne();
        assertThat(grown(ERRORS, MCP, "reason=\"invalid_scope\"")).isOne();
        assertThat(grown(ERRORS, MCP, "reason=\"invalid_request\"")).isOne();
        assertThat(grown(REQUESTS, "outcome=\"error\"")).as("all but the one at an unknown path").isEqualTo(4);
    }

    /** Quarkus REST serves these paths, too. */
    @Test
    void variantsOfThePathCountAsOne() {
        for (String path : List.of("/v1/oauth2/token/", "/v1/oauth2/token;a=b", "/v1;a/oauth2;b/token;c/")) {
            assertThat(given().urlEncodingEnabled(false).formParam("scope", scope).post(path).statusCode()).as(path)
                    .isEqualTo(200);
            assertThat(given().urlEncodingEnabled(false).formParam("scope", "everything").post(path).statusCode()).as(path)
                    .isEqualTo(400);
        }

        assertThat(grown(REQUESTS, REST, "outcome=\"error\"")).isEqualTo(3);
        assertThat(grown(ERRORS, REST, "reason=\"invalid_scope\"")).isEqualTo(3);
        assertThat(grown(ERRORS, "adapter=\"http\"")).isZero();
    }

    @Test
    void callsToLeanAreCountedWithRetriesAndBudget() {
        lean.answers(aResponse().withStatus(503));

        assertThat(rest().status()).isEqualTo(503);

        assertThat(grown(LEAN, "outcome=\"lean_unavailable\"")).isEqualTo(3);
        assertThat(grown("lean_retries_total")).isEqualTo(2);
        assertThat(grown(ERRORS, REST, "error=\"temporarily_unavailable\"", "reason=\"lean_unavailable\"")).isOne();
        assertThat(before.value("lean_budget_limit")).isEqualTo(100_000);
        assertThat(before.value("lean_budget_left") - Metrics.scrape().value("lean_budget_left")).isEqualTo(3);
    }

    @Test
    void tokenBelowTheMinimumIsCountedAsStale() {
        lean.givesTokensOfTheirOwn(6);
        assertThat(rest().status()).isEqualTo(200);
        lean.answers(500, "");

        assertThat(rest().cacheStatus().orElseThrow()).contains("fwd=stale");
        assertThat(mcp().status()).isEqualTo(200);

        assertThat(grown(REQUESTS, REST, "outcome=\"stale\"")).isOne();
        assertThat(grown(REQUESTS, MCP, "outcome=\"stale\"")).isOne();
        assertThat(grown(ERRORS, "adapter=\"background\"", "reason=\"lean_failed\"")).isOne();
        assertThat(grown(REQUESTS, "outcome=\"error\"")).isZero();
    }

    @Test
    void waitingCallersAreCountedDuringTheCall() {
        lean.givesTokensOfTheirOwn(3600, 700);
        List<CompletableFuture<Answer>> waiting = IntStream.range(0, 5).mapToObj(i -> callers.rest(scope(scope))).toList();

        await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(5))
                .until(() -> Metrics.scrape().value("token_waiters") == 5);
        waiting.forEach(one -> assertThat(one.join().status()).isEqualTo(200));

        assertThat(Metrics.scrape().value("token_waiters")).isZero();
        assertThat(grown(REQUESTS, REST, "outcome=\"miss\"")).isEqualTo(5);
        assertThat(grown(LEAN)).isOne();
    }

    @Test
    void serviceIsReadyAndSaysItsVersion() {
        Metrics now = Metrics.scrape();

        assertThat(now.value("service_ready")).isOne();
        assertThat(now.value("service_info")).isOne();
        assertThat(now.value("lean_account_fingerprint")).isBetween(0.0, Math.pow(2, 32));
    }

    @Test
    void remainingValidityOfTheServiceTokenIsMeasured() {
        assertThat(callers.rest(scope("api")).join().status()).isEqualTo(200);

        assertThat(Metrics.scrape().value("token_service_validity_seconds")).isBetween(3000.0, 3600.0);
    }

    /** ErrorLogTest tests the line in the log, LeanFaultsIT the answer. */
    @Test
    void refusalOfTheServiceCredentialsShowsInMetricsAndHealth() {
        lean.answers(401, "{\"error\":\"invalid_client\"}");

        // For api: the refusal of a customer scope could concern that customer. A token younger than a second stays.
        await().until(() -> callers.rest(scope("api"), "Cache-Control", "no-cache").join().status() == 502);

        assertThat(grown(ERRORS, REST, "error=\"server_error\"", "reason=\"service_credentials_refused\"")).isOne();
        given().get("/q/health/group/lean").then().statusCode(503)
                .body("checks.find { it.name == 'lean-verdict' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'lean-verdict' }.data.'service-credentials'", equalTo("refused"))
                .body("checks.find { it.name == 'lean-verdict' }.data.reason", containsString("LEAN_URL is set"));
        given().get("/q/health/ready").then().statusCode(200);

        lean.givesTokensOfTheirOwn(3600);
        await().atMost(Duration.ofSeconds(10)).until(() -> rest().status() == 200);
        given().get("/q/health/group/lean").then().statusCode(200)
                .body("checks.find { it.name == 'lean-verdict' }.data.'service-credentials'", equalTo("accepted"))
                .body("checks.find { it.name == 'lean-verdict' }.data.reason", nullValue());
    }

    @Test
    void mcpMessagesAreTimedAndUnknownMethodsShareALabel() {
        try (McpStreamableTestClient client = McpCalls.connect(lean.mcpPort())) {
            McpCalls.call(client, Map.of("body", scope("api")));
            for (int i = 0; i < 5; i++) {
                client.when().toolsCall("made-up-" + customer + i).withErrorAssert(MetricsIT::isError).send()
                        .resourcesRead("skill://made-up-" + customer + i).withErrorAssert(MetricsIT::isError).send()
                        .thenAssertResults();
            }
        }

        assertThat(grown("mcp_server_requests_tools_call_seconds_count", "tool_name=\"" + McpCalls.TOOL + "\"")).isOne();
        assertThat(grown("mcp_server_requests_tools_call_seconds_count", "tool_name=\"unknown\"")).isEqualTo(5);
        assertThat(grown("mcp_server_requests_resources_read_seconds_count", "resource_uri=\"unknown\"")).isEqualTo(5);
        assertThat(Metrics.scrape().value("mcp_server_connections_active")).isPositive();
    }

    @Test
    void documentedMetricsExist() throws IOException {
        mcp();
        Set<String> documented = DocumentedMetrics.read().names();
        Set<String> names = Metrics.scrape().samples().stream().map(Sample::name).collect(Collectors.toSet());

        // Those of certificates, the store, issuers and traces exist only with these: TlsBucketReloaderTest, StoreIT and others.
        assertThat(documented).hasSizeGreaterThan(10).contains("tls_certificate_validity_seconds")
                .filteredOn(name -> !name.startsWith("tls_") && !name.startsWith("store_") && !name.startsWith("issuer_")
                        && !name.startsWith("traces_"))
                .allMatch(name -> names.contains(name) || names.contains(name + "_bucket") || names.contains(name + "_count"));
        assertThat(names).filteredOn(name -> name.matches("(service|token|lean|cache|log|audit|store|issuer|traces)_.*"))
                .allMatch(name -> name.startsWith("cache_") || documented.stream().anyMatch(name::startsWith));
    }

    /** Alerts and the dashboard rely on labels and values of the table. */
    @Test
    void labelsHaveTheDocumentedNamesAndValues() throws IOException {
        DocumentedMetrics documented = DocumentedMetrics.read();
        mcp();
        callers.rest(scope("everything")).join();

        assertThat(Metrics.scrape().samples()).filteredOn(sample -> documented.labelsOf(sample.name()).isPresent())
                .hasSizeGreaterThan(100).allSatisfy(sample -> {
                    Map<String, Values> labels = documented.labelsOf(sample.name()).orElseThrow();
                    LABEL.matcher(sample.labels()).results().forEach(label -> {
                        assertThat(labels).as(sample.name()).containsKey(label.group(1));
                        assertThat(labels.get(label.group(1)).contain(label.group(2))).as(sample.toString()).isTrue();
                    });
                });
    }

    /** The metrics that the page excludes for executables exist on a JVM; that of pauses exists after the first one. */
    @Test
    @DisabledOnIntegrationTest(value = "of a JVM", forArtifactTypes = DisabledOnIntegrationTest.ArtifactType.NATIVE_BINARY)
    void metricsOfTheJvmHaveTheDocumentedNames() throws IOException {
        String paragraph = Files.readString(PAGE).transform(page -> page.substring(
                page.indexOf("### Metrics of the executable"), page.indexOf("## The log")));
        List<String> documented = Pattern.compile("`(jvm_[a-z_]+)`").matcher(paragraph).results().map(name -> name.group(1))
                .toList();
        Set<String> names = Metrics.scrape().samples().stream().map(Sample::name).collect(Collectors.toSet());

        assertThat(documented).contains("jvm_memory_max_bytes", "jvm_gc_pause_seconds").hasSizeGreaterThan(5)
                .filteredOn(name -> !name.equals("jvm_gc_pause_seconds")).allMatch(names::contains);
    }

    @Test
    void noLabelHasInputOfCallersOrASecret() {
        rest();
        mcp();
        callers.rest(scope(scope, UUID.randomUUID().toString(), customer)).join();
        given().get("/nothing/" + customer);
        given().request("M" + customer.substring(0, 8), "/v1/oauth2/token");
        Set<String> labels = Metrics.scrape().samples().stream().map(Sample::labels).collect(Collectors.toSet());

        assertThat(labels).isNotEmpty().noneMatch(label -> label.contains(customer.substring(0, 8))
                || label.contains(LeanStub.CLIENT_ID) || label.contains(LeanStub.CLIENT_SECRET)
                || label.contains("127.0.0.1"));
    }

    private static void isError(McpError error) {
        assertThat(error.code()).isNegative();
    }

    private Answer rest() {
        return callers.rest(scope(scope)).join();
    }

    private Answer mcp() {
        return callers.mcp(scope(scope)).join();
    }

    private double grown(String name, String... labels) {
        return Metrics.scrape().sum(name, labels) - before.sum(name, labels);
    }
}
