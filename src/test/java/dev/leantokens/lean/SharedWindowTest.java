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

import dev.leantokens.lean.CallWindow.Grade;
import dev.leantokens.lean.CallWindow.Limits;
import dev.leantokens.lean.CallWindow.Standing;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;

/** The scripts of the shared budget apply the same rules as the window in memory. Their clock is set by this test. */
class SharedWindowTest {

    private static final Duration LONGEST_CALL = Duration.ofSeconds(3);
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private static RedisServer server;
    private static RedisConnection redis;

    private Instant now = START;

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

            Answer answer = take(call, standing, limits, Duration.ZERO, 0);

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

    private Answer take(String call, Standing standing, Limits limits, Duration reserve, int own) {
        return answer(
                run("take", List.of("calls", "numbers", "pause"), call, standing.sharer(), standing.share(), limits.calls(),
                        limits.optional(), limits.tries(), micros(limits.window()), micros(limits.longestCall()),
                        micros(reserve), own, 0));
    }

    private void end(String call, Limits limits, boolean made) {
        run("end", List.of("calls", "numbers"), call, micros(limits.window()), micros(limits.longestCall()),
                made ? micros(limits.window()) : 0);
    }

    private Object run(String script, List<String> keys, Object... arguments) {
        redis.send("HSET", "clock", "s", now.getEpochSecond(), "us", now.getNano() / 1_000);
        List<Object> words = new ArrayList<>(List.of("EVAL",
                (text("calls") + text(script)).replace("redis.call('TIME')", "redis.call('HMGET', 'clock', 's', 'us')"),
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
