package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Metrics;
import dev.leantokens.testing.Metrics.Sample;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.SseSession;
import dev.leantokens.testing.WatchingLean;
import io.vertx.core.json.JsonObject;

/**
 * The process is stopped while calls are in progress and wait, and then finds all at once: responses that came meanwhile,
 * requests of callers that have left, and timers that are long due.
 */
class StoppedProcessIT {

    /** 10 seconds end every deadline. System property {@code time.stop.seconds}. */
    private static final Duration STOP = Duration.ofSeconds(Integer.getInteger("time.stop.seconds", 11));
    /** Of callers, on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration PATIENCE_OF_THE_TEST = STOP.plusSeconds(60);
    private static final int LIMIT = 24;
    private static final int KEYS = 4;
    private static final int CALLERS_OF_A_KEY = 5;
    private static final Set<Integer> DOCUMENTED = Set.of(429, 502, 503, 504);

    private final WatchingLean lean = new WatchingLean();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PackagedApplication application;

    @BeforeEach
    void start() {
        application = PackagedApplication.start(Map.of(
                // Vert.x takes a thread that was stopped within a task for one that is blocked, and logs its stack trace.
                "QUARKUS_VERTX_WARNING_EXCEPTION_TIME", "1h", "LEAN_CLIENT_ID", "client", "LEAN_CLIENT_SECRET", "secret",
                "LEAN_URL",
                lean.url(), "LEAN_REQUESTS_PER_MINUTE", Integer.toString(LIMIT), "TOKEN_MINIMUM_VALIDITY", "0s",
                "TOKEN_CUSTOMER_MINIMUM_VALIDITY", "0s",
                // A busy machine must not end the calls before the stop.
                "LEAN_REQUEST_TIMEOUT", "7s"));
    }

    @AfterEach
    void stop() {
        application.thaw();
        application.close();
        threads.shutdownNow();
        lean.close();
    }

    /** @param status 0 if the caller has given up */
    private record Answer(int status, String body, Duration remaining) {
    }

    private CompletableFuture<Answer> request(String scope) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                RawHttp.Response response = RawHttp.post(RawHttp.LOOPBACK, application.port(), "/v1/oauth2/token",
                        "application/json", "{\"scope\":\"" + scope + "\"}");
                return new Answer(response.status(), response.body(), response.status() != 200 ? Duration.ZERO
                        : lean.remaining(new JsonObject(response.body()).getString("access_token")));
            } catch (UncheckedIOException e) {
                return new Answer(0, e.toString(), Duration.ZERO);
            }
        }, threads);
    }

    /** @param last what happens just before the process continues */
    private void stop(Runnable first, Runnable last) {
        application.freeze();
        long end = System.nanoTime() + STOP.toNanos();
        first.run();
        await().atMost(PATIENCE_OF_THE_TEST).until(() -> System.nanoTime() > end);
        last.run();
        application.thaw();
    }

    @Test
    void callersGetAValidTokenOrAnErrorAndLeanNoMoreCallsThanItAllows() {
        assertThat(request("api").join().status()).isEqualTo(200);
        SseSession mcp = new SseSession(application.mcpPort());
        lean.issues(Duration.ofSeconds(5));
        lean.hold();
        List<CompletableFuture<Answer>> sharing = new ArrayList<>();
        for (int i = 0; i < KEYS * CALLERS_OF_A_KEY; i++) {
            sharing.add(request("customer." + i % KEYS));
        }
        await().atMost(PATIENCE).until(() -> lean.calls() == 1 + KEYS);
        // More than the budget: some of them wait for it.
        List<CompletableFuture<Answer>> many = new ArrayList<>();
        for (int i = 0; i < 2 * LIMIT; i++) {
            many.add(request("customer.many" + i));
        }
        await().atMost(PATIENCE).until(() -> lean.calls() == LIMIT);

        List<CompletableFuture<Answer>> late = new ArrayList<>();
        stop(() -> {
            lean.release();
            lean.issues(Duration.ofHours(1));
        }, () -> {
            for (int i = 0; i < 30; i++) {
                late.add(request("api"));
            }
        });

        List<Answer> answers = answers(sharing);
        answers.addAll(answers(many));
        assertThat(answers).allSatisfy(this::requireUsable);
        assertThat(application.log()).doesNotContain("BREAKER_OPEN", "Lean is unavailable");
        assertThat(answers(late)).allMatch(answer -> answer.status() == 200 && !answer.remaining().isNegative());
        for (int key = 0; key < KEYS; key++) {
            assertThat(lean.callsFor("customer." + key)).isOne();
        }
        assertThat(lean.mostInAMinute()).isLessThanOrEqualTo(LIMIT);
        requireHealthy(mcp);
    }

    /** They are answered as soon as the process continues, and only the calls that the budget allows are made. */
    @Test
    void requestsOfTheStopAreAnsweredAtOnceAndTheirCallsAreLimited() {
        assertThat(request("api").join().status()).isEqualTo(200);
        SseSession mcp = new SseSession(application.mcpPort());
        List<CompletableFuture<Answer>> crowd = new ArrayList<>();

        stop(() -> {
            // Nothing has been requested yet.
        }, () -> {
            for (int i = 0; i < 3 * LIMIT; i++) {
                crowd.add(request("customer." + i % 6));
                crowd.add(request("customer.many" + i));
                crowd.add(request("api"));
            }
        });

        assertThat(answers(crowd)).allSatisfy(this::requireUsable);
        for (int key = 0; key < 6; key++) {
            assertThat(lean.callsFor("customer." + key)).isLessThanOrEqualTo(1);
        }
        assertThat(lean.mostInAMinute()).isBetween(2, LIMIT);
        requireHealthy(mcp);
    }

    /** A caller that has given up is as good as answered, if the stop was longer than its patience. */
    private void requireUsable(Answer answer) {
        if (answer.status() == 200) {
            assertThat(answer.remaining()).isPositive();
        } else if (answer.status() == 0) {
            assertThat(STOP).as(answer.body()).isGreaterThan(PATIENCE);
        } else {
            assertThat(DOCUMENTED).contains(answer.status());
            assertThat(new JsonObject(answer.body()).getString("error")).isNotBlank();
        }
    }

    private static List<Answer> answers(List<CompletableFuture<Answer>> requests) {
        return new ArrayList<>(requests.stream()
                .map(request -> request.orTimeout(PATIENCE_OF_THE_TEST.toSeconds(), TimeUnit.SECONDS).join()).toList());
    }

    private void requireHealthy(SseSession mcp) {
        // A new customer: no breaker has opened, since Lean was fine. Its call may have to wait for the budget.
        assertThat(request("customer.new").join().status()).isIn(200, 429);
        assertThat(request("api").join().status()).isEqualTo(200);
        assertThat(get("/q/health/ready").status()).isEqualTo(200);
        Metrics metrics = Metrics.of(get("/q/metrics").body());
        assertThat(metrics.samples().stream().filter(sample -> sample.name().endsWith("_seconds_max"))).isNotEmpty()
                .allMatch(this::isPossible);
        assertThat(metrics.sum("token_waiters")).isZero();
        assertThat(application.linesOf("ERROR")).isEmpty();
        assertThat(application.log()).doesNotContain("\tat ");
        assertThat(mcp.post("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}").status()).isLessThan(300);
        assertThat(mcp.nextMessage().getInteger("id")).isEqualTo(7);
        mcp.close();
    }

    private boolean isPossible(Sample longest) {
        return longest.value() >= 0 && longest.value() < STOP.plus(PATIENCE_OF_THE_TEST).toSeconds();
    }

    private RawHttp.Response get(String path) {
        return RawHttp.send(RawHttp.LOOPBACK, application.port(),
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }
}
