package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.lean.CallWindow.Grade;
import dev.leantokens.lean.CallWindow.Limits;
import dev.leantokens.lean.CallWindow.Standing;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;

/** The scripts of the shared budget apply the same rules as the window in memory. Their clock is set by this test. */
class SharedWindowTest {

    private static final Duration LONGEST_CALL = Duration.ofSeconds(3);
    private static final Limits FOUR = Limits.of(4, LONGEST_CALL);
    private static final Duration RESERVE = Duration.ofMillis(100);
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private static RedisServer server;
    private static RedisConnection redis;

    private Instant now = START;
    private Duration patience = Duration.ofMinutes(1);
    private Instant latest = START.plus(Duration.ofDays(1));

    @BeforeAll
    static void start() {
        server = RedisServer.start();
        redis = server.connect();
    }

    @AfterAll
    static void stop() {
        redis.close();
        server.close();
    }

    @BeforeEach
    void clear() {
        redis.send("FLUSHALL");
    }

    /** What a script answers. */
    private record Answer(String outcome, List<Long> numbers) {
    }

    private record Running(CallPermit permit, String call, Instant start) {
    }

    @Test
    void scriptsDecideAsTheWindowInMemoryDoes() {
        qt().withExamples(300).withShrinkCycles(0).forAll(integers().between(1, 24), integers().between(1, 5),
                lists().of(integers().between(0, 1_000_000)).ofSizeBetween(1, 150)).checkAssert(this::compare);
    }

    private void compare(int limit, int sharers, List<Integer> steps) {
        clear();
        Limits limits = Limits.of(limit, LONGEST_CALL);
        CallWindow window = new CallWindow(limits);
        List<Running> running = new ArrayList<>();
        int number = 0;
        for (int step : steps) {
            now = now.plusMillis(step % 7 == 0 ? step % 9_973 : step % 613);
            window.advance(now);
            // The scripts rely on calls that take no longer.
            while (!running.isEmpty() && !now.isBefore(running.get(0).start.plus(LONGEST_CALL))) {
                Running late = running.remove(0);
                window.end(late.permit, true, now);
                end(late.call, limits, true);
            }
            if (step % 3 == 0 && !running.isEmpty()) {
                Running ended = running.remove(step % running.size());
                window.end(ended.permit, true, now);
                end(ended.call, limits, true);
                continue;
            }
            boolean isTry = step % 11 == 0;
            boolean optional = !isTry && step % 5 == 0;
            int share = step % 13 == 0 ? 0 : Math.max(1, limit / sharers);
            Standing standing = new Standing("s-" + step % sharers, isTry ? 0 : share, !isTry, "credentials " + ++number);
            String call = standing.sharer() + (isTry ? ":t" : ":-") + (optional ? ":o:" : ":-:") + number;
            Grade grade = optional && !window.isOptionalLeft() ? Grade.NOT_NOW : window.grade(standing, now);

            Answer answer = take(call, standing, limits, Duration.ZERO, 0, 0);

            assertThat(answer.outcome.equals("taken")).as("%s of %s after %s", answer, call, grade)
                    .isEqualTo(grade != Grade.NOT_NOW);
            if (grade == Grade.NOT_NOW) {
                assertThat(answer.numbers.get(0)).isEqualTo(window.left());
                assertThat(answer.numbers.get(1)).isPositive().isLessThanOrEqualTo(micros(limits.window()));
                continue;
            }
            CallPermit permit = window.permit(null, standing, grade, optional, now);
            assertThat(answer.numbers.get(0)).isEqualTo(window.left());
            assertThat(answer.numbers.get(1) >= 0).as("borrowed").isEqualTo(permit.kind.borrowed());
            if (permit.kind.borrowed()) {
                assertThat(answer.numbers.get(1)).isEqualTo(micros(Duration.between(now, window.nextLoan())));
            }
            if (step % 17 == 0) {
                window.end(permit, false, now);
                end(call, limits, false);
            } else {
                running.add(new Running(permit, call, now));
            }
        }
    }

    @Test
    void callOfADeadReplicaCountsForTheLongestCallAndAMinute() {
        takeFour();

        pass(Duration.ofSeconds(63).minusMillis(1));
        assertThat(take("s:-:-:5", 4).outcome).isEqualTo("full");
        pass(Duration.ofMillis(1));
        assertThat(take("s:-:-:6", 4).outcome).isEqualTo("taken");
    }

    /** A call in progress ends no earlier than now. */
    @Test
    void fullWindowTellsWhenTheNextCallsCanComeBack() {
        takeFour();
        pass(Duration.ofSeconds(1));
        end("s:-:-:0", FOUR, true);
        pass(Duration.ofSeconds(1));

        assertThat(take("s:-:-:5", 4).numbers).containsExactly(0L, 59_000_000L, 60_000_000L, 60_000_000L, 60_000_000L);
    }

    @Test
    void callThatWasMadeWithoutAskingCountsFromItsEnd() {
        end("s:-:-:unknown", FOUR, true);

        assertThat(take("s:-:-:1", 4).numbers).startsWith(2L);
        end("s:-:-:never", FOUR, false);
        assertThat(take("s:-:-:2", 4).numbers).startsWith(1L);
    }

    @Test
    void numbersAreRebuiltIfTheyAreLost() {
        takeFour();
        end("s:-:-:0", FOUR, false);
        end("s:-:-:1", FOUR, false);
        redis.send("DEL", "numbers");
        assertThat(take("s:-:-:4", 2).numbers.get(1)).as("borrowed").isPositive();

        redis.send("DEL", "calls");
        assertThat(take("s:-:-:5", 2)).as("within its share").isEqualTo(new Answer("taken", List.of(3L, -1L)));
    }

    @Test
    void contentThatAnotherHasWrittenBreaksNothing() {
        redis.send("ZADD", "calls", now.plusSeconds(9).getEpochSecond() * 1_000_000, "nonsense");

        assertThat(take("s:-:-:1", 4).numbers).startsWith(2L);
        pass(Duration.ofSeconds(10));
        assertThat(take("s:-:-:2", 4).numbers).startsWith(2L);
    }

    @Test
    void clockThatIsSetBackKeepsNoCallForLonger() {
        takeFour();
        pass(Duration.ofHours(-1));
        assertThat(take("s:-:-:5", 4).outcome).isEqualTo("full");

        pass(Duration.ofSeconds(63));

        assertThat(take("s:-:-:6", 4).outcome).isEqualTo("taken");
    }

    @Test
    void nextCallIsKeptForSharersWithinTheirShare() {
        takeFour();
        for (int i = 0; i < 4; i++) {
            end("s:-:-:" + i, FOUR, true);
        }
        pass(Duration.ofSeconds(30));
        assertThat(take("modest:-:-:1", 2).outcome).isEqualTo("full");
        pass(Duration.ofSeconds(30));

        assertThat(take("greedy:-:-:1", 0)).isEqualTo(new Answer("share", List.of(4L, micros(RESERVE))));
        assertThat(take("modest:-:o:1", 2)).isEqualTo(new Answer("optional", List.of(4L, micros(RESERVE))));
        assertThat(take("modest:-:-:2", 2).outcome).isEqualTo("taken");
        pass(RESERVE);
        assertThat(take("modest:-:o:2", 2).outcome).isEqualTo("taken");
    }

    @Test
    void nextCallIsNotKeptForACallThatCannotWaitForIt() {
        takeFour();
        end("s:-:-:0", FOUR, true);
        pass(Duration.ofSeconds(30));
        patience = Duration.ofSeconds(7);
        assertThat(take("modest:-:-:1", 2).outcome).isEqualTo("full");
        pass(Duration.ofSeconds(30));

        assertThat(take("modest:-:o:1", 2).outcome).isEqualTo("taken");
    }

    @Test
    void questionThatArrivesTooLateTakesNothing() {
        latest = now.minusMillis(1);
        assertThat(take("s:-:-:1", 4).outcome).isEqualTo("late");

        latest = now;
        assertThat(take("s:-:-:2", 4).numbers).startsWith(3L);
    }

    @Test
    void eachReplicaIsToldOnceThatCallsAreLost() {
        assertThat(take("s:-:-:1", 4, 1, 0)).isEqualTo(new Answer("lost", List.of(4L, 1L)));
        assertThat(take("s:-:-:1", 4, 1, 1).outcome).as("the same one").isEqualTo("taken");
        assertThat(take("s:-:-:2", 4, 0, 0).outcome).as("another one").isEqualTo("lost");

        pass(Duration.ofSeconds(63));
        assertThat(take("s:-:-:3", 4, 0, 0).outcome).isEqualTo("taken");
    }

    @Test
    void newCallsOfOthersDoNotHideThatCallsAreLost() {
        take("s:-:-:one.1", 4);
        assertThat(take("s:-:-:one.2", 4, 1, 0).outcome).isEqualTo("taken");
        redis.send("FLUSHALL");
        assertThat(take("s:-:-:two.1", 4, 0, 0).outcome).isEqualTo("taken");
        assertThat(take("s:-:-:two.2", 4, 0, 0).outcome).isEqualTo("taken");

        assertThat(take("s:-:-:one.3", 4, 2, 0).outcome).isEqualTo("lost");
    }

    @Test
    void throttledCredentialsGetNoCall() {
        redis.send("SET", "pause", "1", "PX", "20000");

        Answer answer = take("s:-:-:1", 4);

        assertThat(answer.outcome).isEqualTo("paused");
        assertThat(answer.numbers.get(1)).isBetween(10_000_000L, 20_000_000L);
        redis.send("PERSIST", "pause");
        assertThat(take("s:-:-:2", 4).outcome).as("this service sets an end").isEqualTo("taken");
    }

    @Test
    void shorterPauseDoesNotReplaceALongerOne() {
        run("pause", List.of("pause"), 20_000, 60_000);
        run("pause", List.of("pause"), 1_000, 60_000);

        assertThat((Long) redis.send("PTTL", "pause")).isGreaterThan(1_000);
    }

    @Test
    void pauseThatIsLongerThanAnyIsDropped() {
        redis.send("SET", "pause", "1", "PX", "315360000000");
        assertThat(take("s:-:-:1", 4).outcome).isEqualTo("taken");
        assertThat(redis.send("EXISTS", "pause")).isEqualTo(0L);

        redis.send("SET", "pause", "1", "PX", "315360000000");
        run("pause", List.of("pause"), 1_000, 60_000);
        assertThat((Long) redis.send("PTTL", "pause")).isPositive().isLessThanOrEqualTo(1_000);
    }

    @ParameterizedTest
    @ValueSource(strings = { "all", "calls s", "replica one", "borrowed", "borrowed s", "tries", "optional", "reserved",
            "loan at",
            "loan next", "loan before at", "loan before next", "loan by", "lost", "counted at" })
    void numbersThatAnotherHasWrittenAreCountedAnew(String field) {
        for (String value : List.of("x", "", "-7", "nan", "inf", "-inf", "1e999", "9e15", "3.5", "0x10", "100",
                "x".repeat(9_000))) {
            clear();
            take("s:-:-:one.1", 4);
            redis.send("HSET", "numbers", field, value);
            for (int i = 0; i < 2; i++) {
                take("s:-:o:one.2", 4);
                take("borrower:-:-:one.3", 0);
                end("s:-:-:one.1", FOUR, true);
                pass(FOUR.window());
            }
            pass(FOUR.window());

            assertThat(take("borrower:-:-:one.4", 0).numbers).as("%s", value).startsWith(3L);
            assertThat(take("s:-:o:one.5", 4).numbers).as("%s", value).startsWith(2L);
            assertThat(take("new:t:-:one.6", 0).numbers).as("%s", value).startsWith(1L);
        }
    }

    @Test
    void keysOfOtherTypesAreDropped() {
        for (String key : List.of("calls", "numbers")) {
            for (List<Object> command : List.<List<Object>> of(List.of("SET", key, "x"), List.of("SADD", key, "x"),
                    List.of("RPUSH", key, "x"), List.of("ZADD", key, 1, "x"), List.of("HSET", key, "x", "x"))) {
                clear();
                redis.send(command.toArray());
                end("s:-:-:1", FOUR, true);
                assertThat(take("s:-:-:2", 4).numbers).as("%s", command).startsWith(2L);

                clear();
                redis.send(command.toArray());
                assertThat(take("s:-:-:1", 4).numbers).as("%s", command).startsWith(3L);
            }
        }
    }

    /** As after a switch to a server whose clock is behind. */
    @Test
    void clockThatIsSetBackDelaysNoLoan() {
        take("s:-:-:1", 0);
        pass(Duration.ofHours(-1));

        assertThat(take("s:-:-:2", 0).outcome).isEqualTo("taken");
    }

    @Test
    void clientThatRestsLeavesNothingInRedis() {
        take("s:-:-:1", 4);
        assertThat((Long) redis.send("PTTL", "calls")).isBetween(1L, 63_000L);
        assertThat((Long) redis.send("PTTL", "numbers")).isBetween(1L, 63_000L);

        clear();
        end("s:-:-:1", FOUR, false);
        assertThat((Long) redis.send("PTTL", "numbers")).isBetween(1L, 63_000L);
    }

    private void takeFour() {
        for (int i = 0; i < 4; i++) {
            assertThat(take("s:-:-:" + i, 4).outcome).isEqualTo("taken");
        }
    }

    private void pass(Duration duration) {
        now = now.plus(duration);
    }

    private Answer take(String call, int share) {
        return take(call, share, 0, 0);
    }

    private Answer take(String call, int share, int own, int careful) {
        return take(call, new Standing(call.substring(0, call.indexOf(':')), share, true, ""), FOUR, RESERVE, own, careful);
    }

    private Answer take(String call, Standing standing, Limits limits, Duration reserve, int own, int careful) {
        return answer(
                run("take", List.of("calls", "numbers", "pause"), call, standing.sharer(), standing.share(), limits.calls(),
                        limits.optional(), limits.tries(), micros(limits.window()), micros(limits.longestCall()),
                        micros(reserve), own, careful, micros(patience), micros(Duration.between(Instant.EPOCH, latest)),
                        60_000));
    }

    private void end(String call, Limits limits, boolean made) {
        run("end", List.of("calls", "numbers"), call, micros(limits.window()), micros(limits.longestCall()),
                made ? micros(limits.window()) : 0);
    }

    private Object run(String script, List<String> keys, Object... arguments) {
        redis.send("HSET", "clock", "s", now.getEpochSecond(), "us", now.getNano() / 1_000);
        List<Object> words = new ArrayList<>(List.of("EVAL",
                (script.equals("pause") ? text(script) : text("calls") + text(script)).replace("redis.call('TIME')",
                        "redis.call('HMGET', 'clock', 's', 'us')"),
                keys.size()));
        words.addAll(keys);
        words.addAll(List.of(arguments));
        return redis.send(words.toArray());
    }

    private static Answer answer(Object reply) {
        List<?> parts = (List<?>) reply;
        return new Answer(new String((byte[]) parts.get(0), StandardCharsets.UTF_8),
                parts.stream().skip(1).map(Long.class::cast).toList());
    }

    private static String text(String script) {
        try (InputStream file = SharedWindowTest.class.getResourceAsStream("/store/" + script + ".lua")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
