package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.packaged.SteadyLoad.Answer;
import dev.leantokens.testing.Cable;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RedisServer;
import io.vertx.core.json.JsonObject;

/** The command {@code forget}, with replicas that share a Redis. */
class FleetForgetIT {

    /** Any valid key. */
    private static final String KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int CALLERS = 100;

    private final LeanStub lean = new LeanStub();
    private final RedisServer redis = RedisServer.start();

    @BeforeEach
    void start() {
        lean.start();
        lean.givesTokensOfTheirOwn(3600);
    }

    @AfterEach
    void stop() {
        lean.stop();
        redis.close();
    }

    @Test
    void noReplicaIssuesTheTokenASecondLaterNorTheOneThatWasCutOffMeanwhile() {
        try (Cable cable = new Cable(redis.port());
                Fleet fleet = Fleet.with(redis, lean).start(2).start(1, "STORE_URL", "redis://127.0.0.1:" + cable.port());
                SteadyLoad load = SteadyLoad.ofCallers(fleet.ports(), CALLERS, "api")) {
            int cutOff = fleet.ports().get(2);
            await().atMost(PATIENCE).until(() -> load.answers().size() > 10 * CALLERS);
            cable.cut();
            long cut = load.now();
            await().atMost(PATIENCE).until(() -> load.now() > cut + SECOND.toNanos());
            Set<String> old = new HashSet<>();
            load.answers().forEach(answer -> old.add(answer.token()));

            PackagedApplication.Output output = fleet.run("forget", "--client", LeanStub.CLIENT_ID.toUpperCase());

            long forgotten = load.now();
            assertThat(output.exitCode()).as(output.text()).isZero();
            await().atMost(PATIENCE).until(() -> load.now() > forgotten + 3 * SECOND.toNanos());
            cable.mend();
            // From then on, the new one.
            await().atMost(PATIENCE).until(() -> load.answers().stream()
                    .anyMatch(answer -> answer.port() == cutOff && !old.contains(answer.token())));
            long back = load.now();
            await().atMost(PATIENCE).until(() -> load.now() > back + 2 * SECOND.toNanos());

            List<Answer> answers = load.stop();
            assertThat(answers).allMatch(answer -> answer.status() == 200);
            assertThat(old).hasSize(1);
            assertThat(answers.stream().filter(answer -> old.contains(answer.token())))
                    .noneMatch(answer -> answer.sentAt() > (answer.port() == cutOff ? back : forgotten + SECOND.toNanos()));
            // One call for the new token.
            assertThat(lean.requests()).hasSize(2);
        }
    }

    @Test
    void replicaThatWasCutOffForgetsAsSoonAsItIsBack() {
        try (Cable cable = new Cable(redis.port());
                Fleet fleet = Fleet.with(redis, lean).start(1, "STORE_URL", "redis://127.0.0.1:" + cable.port())) {
            String old = token(fleet.replica(0), "api");
            cable.cut();
            fleet.run("forget", "--all");
            assertThat(token(fleet.replica(0), "api")).isEqualTo(old);

            cable.mend();

            await().atMost(PATIENCE).until(() -> !token(fleet.replica(0), "api").equals(old));
        }
    }

    @Test
    void onlyTheCustomersTokenIsForgotten() {
        try (Fleet fleet = Fleet.with(redis, lean).start(2)) {
            String api = token(fleet.replica(0), "api");
            String forgotten = token(fleet.replica(0), "customer.42");
            String other = token(fleet.replica(0), "customer.43");
            assertThat(token(fleet.replica(1), "customer.42")).isEqualTo(forgotten);

            PackagedApplication.Output output = fleet.run("forget", "--customer", "42");

            assertThat(output.text())
                    .isEqualTo("Forgotten: the tokens of customer 42. 2 replicas drop them within a second.\n");
            await().atMost(PATIENCE).until(() -> !token(fleet.replica(1), "customer.42").equals(forgotten));
            await().atMost(PATIENCE).until(() -> !token(fleet.replica(0), "customer.42").equals(forgotten));
            assertThat(token(fleet.replica(0), "customer.42")).isEqualTo(token(fleet.replica(1), "customer.42"));
            assertThat(token(fleet.replica(1), "api")).isEqualTo(api);
            assertThat(token(fleet.replica(1), "customer.43")).isEqualTo(other);
        }
    }

    @Test
    void commandReportsWhatIsWrongAndStartsNothing() {
        int nobody = FreePorts.next();
        PackagedApplication.Output unreachable = PackagedApplication.run(Map.of("STORE_URL",
                "redis://user:s3cr3t-never-to-be-seen@127.0.0.1:" + nobody, "STORE_KEY", KEY), "forget", "--all");
        assertThat(unreachable.exitCode()).isEqualTo(1);
        assertThat(unreachable.text()).isEqualTo(
                "Nothing is forgotten, since Redis cannot be used: it cannot be reached, or closes connections\n");

        redis.freeze();
        long start = System.nanoTime();
        PackagedApplication.Output late = PackagedApplication.run(Map.of("STORE_URL", redis.url(), "STORE_KEY", KEY), "forget",
                "--all");
        redis.thaw();
        assertThat(late.exitCode()).isEqualTo(1);
        assertThat(late.text()).contains("it does not answer in time").startsWith("Nothing is forgotten");
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));

        try (RedisServer withoutScripts = RedisServer.start("--rename-command", "EVAL", "")) {
            PackagedApplication.Output refused = PackagedApplication.run(
                    Map.of("STORE_URL", withoutScripts.url(), "STORE_KEY", KEY), "forget", "--all");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.text()).isEqualTo("Perhaps nothing is forgotten, since Redis did not confirm it: "
                    + "it answers with errors. Run the command again\n");
        }

        PackagedApplication.Output tooLong = PackagedApplication.run("forget", "--client", "x".repeat(257));
        assertThat(tooLong.exitCode()).isEqualTo(2);
        assertThat(tooLong.text()).isEqualTo("an id has at most 256 characters\n");

        PackagedApplication.Output withoutStore = PackagedApplication.run("forget", "--all");
        assertThat(withoutStore.exitCode()).isEqualTo(2);
        assertThat(withoutStore.text()).startsWith("STORE_URL is not set").doesNotContain("\tat ");

        for (String setting : List.of("LEAN_ENVIRONMENT", "STORE_TIMEOUT", "STORE_TYPE")) {
            PackagedApplication.Output invalid = PackagedApplication.run(
                    Map.of("STORE_URL", redis.url(), "STORE_KEY", KEY, setting, "never-to-be-seen"), "forget", "--all");
            assertThat(invalid.exitCode()).isEqualTo(2);
            assertThat(invalid.text()).startsWith(setting + " must be ").doesNotContain("\tat ", "never-to-be-seen", "DEBUG");
        }

        PackagedApplication.Output withoutKey = PackagedApplication.run(Map.of("STORE_URL", redis.url()), "forget", "--all");
        assertThat(withoutKey.exitCode()).isEqualTo(2);
        assertThat(withoutKey.text()).startsWith("STORE_URL is set without a key").doesNotContain("\tat ");
    }

    /** Replicas could not open what it wrote, and would have to forget everything. */
    @Test
    void commandWithAnotherKeyForgetsNothing() {
        try (Fleet fleet = Fleet.with(redis, lean).start(1)) {
            String token = token(fleet.replica(0), "api");

            PackagedApplication.Output output = PackagedApplication.run(
                    Map.of("STORE_URL", redis.url(), "STORE_KEY", KEY, "LEAN_URL", lean.url()), "forget", "--customer", "42");

            assertThat(output.text())
                    .isEqualTo("Nothing is forgotten: the replicas have another STORE_KEY than this command\n");
            assertThat(output.exitCode()).isEqualTo(2);
            assertThat(token(fleet.replica(0), "api")).isEqualTo(token);
        }
    }

    @Test
    void passwordIsTakenLiterally() {
        try (RedisServer protectedServer = RedisServer.start("--requirepass", "a$b@${c}")) {
            PackagedApplication.Output output = PackagedApplication.run(
                    Map.of("STORE_URL", protectedServer.url().replace("://", "://:a$b%40${c}@"), "STORE_KEY", KEY), "forget",
                    "--all");

            assertThat(output.text()).isEqualTo("Forgotten: all tokens. No replica is connected to this Redis. "
                    + "If there should be one, check STORE_PREFIX and LEAN_ENVIRONMENT.\n");
            assertThat(output.exitCode()).isZero();
            PackagedApplication.Output refused = PackagedApplication.run(
                    Map.of("STORE_URL", protectedServer.url().replace("://", "://:wrong@"), "STORE_KEY", KEY), "forget",
                    "--all");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.text()).contains("it refuses the user or the password").doesNotContain("wrong@");
        }
    }

    @ParameterizedTest
    @CsvSource({ "forget", "forget --client", "forget --customer ''", "forget --all now", "forget everything" })
    void wrongUsageIsExplained(String command) {
        PackagedApplication.Output output = PackagedApplication.run(command.replace("''", " ").split(" "));

        assertThat(output.exitCode()).isEqualTo(2);
        assertThat(output.text()).isEqualTo("usage: forget --client <client id> | --customer <customer id> | --all\n");
    }

    private static String token(PackagedApplication replica, String scope) {
        RawHttp.Response response = RawHttp.post(RawHttp.LOOPBACK, replica.port(), "/v1/oauth2/token", "application/json",
                "{\"scope\":\"" + scope + "\"}");
        assertThat(response.status()).as(response.body()).isEqualTo(200);
        return new JsonObject(response.body()).getString("access_token");
    }
}
