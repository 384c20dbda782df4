package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.RedisServer;
import io.restassured.RestAssured;
import io.restassured.response.Response;

/** What operators see of the store, and what wrong settings do. */
class StoreIT {

    private static final Path PAGE = Path.of("docs/reference/metrics-and-log.md");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String KEY = "A".repeat(43);

    private static Map<String, String> environment(String url) {
        return Map.of("LEAN_ENVIRONMENT", "stand-in", "STORE_URL", url, "STORE_KEY", KEY);
    }

    private static Response get(PackagedApplication application, String path) {
        return RestAssured.get("http://127.0.0.1:" + application.port() + path);
    }

    private static Response health(PackagedApplication application) {
        return get(application, "/q/health/group/store");
    }

    @Test
    void outageIsSeenInHealthMetricsAndLogAndInNoProbe() {
        try (RedisServer redis = RedisServer.start();
                PackagedApplication application = PackagedApplication.start(environment(redis.url()))) {
            assertThat(health(application).statusCode()).isEqualTo(200);
            assertThat(health(application).asString()).contains("\"replicas\": 1").doesNotContain("reason", "unknownKeys");
            Awaitility.await().atMost(PATIENCE)
                    .until(() -> application.log().contains("Replicas share tokens and calls by Redis at "
                            + redis.url() + ", this one and 0 more; key "));

            redis.kill();

            Awaitility.await().atMost(PATIENCE).until(() -> health(application).statusCode() == 503);
            assertThat(health(application).asString()).contains("\"reason\"", "\"since\"");
            assertThat(metrics(application)).contains("store_up 0.0");
            for (String probe : List.of("", "/live", "/ready", "/started")) {
                assertThat(get(application, "/q/health" + probe).statusCode()).isEqualTo(200);
            }
            assertThat(application.token().status()).isEqualTo(200);

            redis.startAgain();
            Awaitility.await().atMost(PATIENCE).until(() -> health(application).statusCode() == 200);
            Awaitility.await().atMost(PATIENCE).until(() -> application.log().contains("Redis is back"));
            assertThat(application.linesOf("WARN")).filteredOn(line -> line.contains("Redis")).hasSize(1);
            assertThat(application.linesOf("ERROR")).isEmpty();
        }
    }

    @Test
    void tokensAreCachedThoughRedisWasNeverUp() {
        try (PackagedApplication application = PackagedApplication.start(
                environment("redis://127.0.0.1:" + FreePorts.next()))) {
            assertThat(application.token().status()).isEqualTo(200);
            assertThat(application.token().status()).isEqualTo(200);

            assertThat(metrics(application)).contains("store_up 0.0",
                    "token_requests_total{adapter=\"rest\",outcome=\"hit\"} 1.0",
                    "token_requests_total{adapter=\"rest\",outcome=\"miss\"} 1.0");
        }
    }

    @Test
    void replicaWithAnotherKeyIsSeenInHealth() {
        try (RedisServer redis = RedisServer.start();
                PackagedApplication one = PackagedApplication.start(environment(redis.url()));
                PackagedApplication other = PackagedApplication.start(Map.of("LEAN_ENVIRONMENT", "stand-in", "STORE_URL",
                        redis.url(), "STORE_KEY", "B".repeat(43)))) {
            for (PackagedApplication replica : List.of(one, other)) {
                Awaitility.await().atMost(PATIENCE).until(() -> health(replica).asString().contains("\"unknownKeys\": 1"));
            }
        }
    }

    @Test
    void metricsOfTheStoreAreDocumented() throws IOException {
        try (RedisServer redis = RedisServer.start();
                PackagedApplication application = PackagedApplication.start(environment(redis.url()))) {
            List<String> documented = Files.readAllLines(PAGE).stream()
                    .dropWhile(line -> !line.startsWith("| metric |")).skip(2).takeWhile(line -> line.startsWith("|"))
                    .flatMap(row -> Pattern.compile("`(store_[a-z_]+)`").matcher(row.split("\\|")[1]).results())
                    .map(name -> name.group(1)).toList();
            List<String> existing = metrics(application).lines().filter(line -> line.startsWith("store_"))
                    .map(line -> line.replaceAll("[{ ].*", "").replaceFirst("_(bucket|count|sum|max)$", "")).distinct()
                    .toList();

            assertThat(existing).containsExactlyInAnyOrderElementsOf(documented);
        }
    }

    @Test
    void replicasWithTheStandInShareTokensToo() {
        try (RedisServer redis = RedisServer.start();
                PackagedApplication one = PackagedApplication.start(patient(redis));
                PackagedApplication other = PackagedApplication.start(patient(redis))) {
            String token = token(one).path("access_token");
            assertThat((String) token(other).path("access_token")).isEqualTo(token);

            PackagedApplication.Output output = PackagedApplication.run(patient(redis), "forget", "--all");

            assertThat(output.text()).isEqualTo("Forgotten: all tokens. 2 replicas drop them within a second.\n");
            Awaitility.await().atMost(PATIENCE).until(() -> !token.equals(token(other).path("access_token")));
        }
    }

    /** On a busy machine, Redis can take longer. */
    private static Map<String, String> patient(RedisServer redis) {
        Map<String, String> environment = new HashMap<>(environment(redis.url()));
        environment.put("STORE_TIMEOUT", "1s");
        return environment;
    }

    private static Response token(PackagedApplication application) {
        return RestAssured.given().formParam("scope", "api")
                .post("http://127.0.0.1:" + application.port() + "/v1/oauth2/token");
    }

    @Test
    void nothingIsMeasuredWithoutAStore() {
        try (PackagedApplication application = PackagedApplication.start(Map.of("LEAN_ENVIRONMENT", "stand-in"))) {
            assertThat(metrics(application)).doesNotContain("store_");
            assertThat(health(application).asString()).contains("not configured");
        }
    }

    @Test
    void wrongSettingPreventsStartWithoutBeingQuoted() {
        PackagedApplication.Output output = PackagedApplication.run(Map.of("LEAN_ENVIRONMENT", "stand-in", "STORE_URL",
                "redis://:s3cr3t@host:port", "STORE_KEY", KEY));

        assertThat(output.exitCode()).isOne();
        assertThat(output.text()).contains("STORE_URL must be redis://host:port").doesNotContain("s3cr3t", KEY);
    }

    private static String metrics(PackagedApplication application) {
        return get(application, "/q/metrics").asString();
    }
}
