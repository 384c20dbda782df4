package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.packaged.SteadyLoad.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RedisServer;

/** How often Lean is called by replicas that share a Redis, by the clock of the stub of Lean. */
class FleetBudgetIT {

    private static final int REPLICAS = 8;
    private static final int CUSTOMERS = 500;
    private static final int LIMIT = 60;
    private static final int USED = 55;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A minute and more shows that calls return to the budget. In less, there are no more than the limit at all. */
    private static final Duration DEMAND = Duration.ofSeconds(Integer.getInteger("fleet.budget.seconds", 15));

    private final LeanStub lean = new LeanStub();
    private final RedisServer redis = RedisServer.start();

    @BeforeEach
    void start() {
        lean.start();
    }

    @AfterEach
    void stop() {
        lean.stop();
        redis.close();
    }

    @Test
    void replicasThatStartAtOnceUnderLoadMakeOneCall() {
        lean.givesTokensOfTheirOwn(3600, 300);
        try (Fleet fleet = Fleet.with(redis, lean, patient("30s", "TOKEN_PREFETCH", "true")).launch(REPLICAS);
                SteadyLoad load = SteadyLoad.of(fleet.ports(), 100, number -> "api")) {
            fleet.awaitUp();
            await().atMost(PATIENCE).until(() -> ports(issued(load.answers())).size() == REPLICAS);

            List<Answer> answers = load.stop();
            // A replica that does not listen yet refuses connections.
            assertThat(answers).allMatch(answer -> answer.status() == 200 || answer.status() == 0);
            assertThat(issued(answers).stream().map(Answer::token).distinct()).as(fleet.metrics()).hasSize(1);
            assertThat(lean.timesOfRequests()).hasSize(1);
        }
    }

    @Test
    void callsOfAllReplicasStayWithinTheLimitAndUseIt() {
        lean.givesTokensOfTheirOwn(3600, 100);
        try (Fleet fleet = Fleet.with(redis, lean, patient("12s")).start(REPLICAS);
                SteadyLoad load = SteadyLoad.of(fleet.ports(), 50, number -> "customer." + number % CUSTOMERS)) {
            await().atMost(PATIENCE).until(() -> lean.requests().size() >= USED);
            await().atMost(DEMAND.plus(PATIENCE)).until(() -> load.now() > DEMAND.toNanos());

            List<Answer> answers = load.stop();
            assertThat(answers).allMatch(answer -> answer.status() == 200 || answer.status() == 429);
            assertThat(ports(issued(answers))).hasSize(REPLICAS);
        }
        List<Instant> calls = lean.timesOfRequests();
        assertThat(calls).allMatch(call -> inMinuteFrom(call, calls) <= LIMIT);
        Instant end = calls.get(0).plus(DEMAND);
        assertThat(calls.stream().filter(call -> call.plus(MINUTE).isBefore(end)))
                .allMatch(call -> inMinuteFrom(call, calls) >= USED);
    }

    /** @return time limits for a machine on which eight processes start at once */
    private static String[] patient(String deadline, String... others) {
        return Stream.concat(Stream.of("LEAN_CONNECT_TIMEOUT", "5s", "LEAN_REQUEST_TIMEOUT", "10s", "LEAN_DEADLINE", deadline),
                Stream.of(others)).toArray(String[]::new);
    }

    private static long inMinuteFrom(Instant start, List<Instant> calls) {
        return calls.stream().filter(call -> !call.isBefore(start) && call.isBefore(start.plus(MINUTE))).count();
    }

    private static List<Answer> issued(List<Answer> answers) {
        return answers.stream().filter(answer -> answer.status() == 200).toList();
    }

    private static Set<Integer> ports(List<Answer> answers) {
        return answers.stream().map(Answer::port).collect(Collectors.toSet());
    }
}
