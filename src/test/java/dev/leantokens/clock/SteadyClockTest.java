package dev.leantokens.clock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.FakeMachine;

class SteadyClockTest {

    private final FakeMachine machine = new FakeMachine();
    private final Clock clock = SteadyClocks.of(machine);
    private final Instant start = clock.instant();

    @Test
    void startsWithTheMachinesClock() {
        assertThat(start).isEqualTo(machine.wall());
    }

    @Test
    void goesAsTimeGoes() {
        machine.run(Duration.ofMinutes(5));

        assertThat(passed()).isEqualTo(Duration.ofMinutes(5));
    }

    @ParameterizedTest
    @ValueSource(strings = { "PT1H", "PT-1H", "PT3S", "PT-3S", "P-400D", "P400D" })
    void clockThatIsSetDoesNotMoveIt(Duration set) {
        machine.run(Duration.ofMinutes(5));
        machine.set(set);

        assertThat(passed()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void timeAsleepHasPassed() {
        machine.run(Duration.ofMinutes(5));
        machine.sleep(Duration.ofHours(2));

        assertThat(passed()).isCloseTo(Duration.ofMinutes(125), Duration.ofMillis(10));
    }

    @Test
    void clockThatWasSetBackDoesNotHideASleepThatFollows() {
        machine.set(Duration.ofHours(-3));
        assertThat(passed()).isZero();

        machine.sleep(Duration.ofHours(2));

        assertThat(passed()).isCloseTo(Duration.ofHours(2), Duration.ofMillis(10));
    }

    @Test
    void clockThatDriftsIsNoSleep() {
        for (int i = 0; i < 100; i++) {
            machine.run(Duration.ofMinutes(1));
            machine.set(Duration.ofMillis(300));
            clock.millis();
        }

        assertThat(passed()).isEqualTo(Duration.ofMinutes(100));
    }

    @Test
    void withoutAnUptimeAStepForwardIsTakenForSleepAndOneBackIsNot() {
        machine.hideUptime();
        machine.set(Duration.ofHours(-1));
        assertThat(passed()).isZero();

        machine.sleep(Duration.ofHours(2));
        assertThat(passed()).isEqualTo(Duration.ofHours(2));

        machine.set(Duration.ofHours(1));
        assertThat(passed()).isEqualTo(Duration.ofHours(3));
    }

    /** Each number is a thing that happens: what it is by its remainder, for how many seconds by its quotient. */
    @Test
    void neverGoesBackAndNeverLags() {
        qt().withExamples(2_000).forAll(lists().of(integers().between(0, 30_000)).ofSizeBetween(1, 40),
                integers().between(0, 1)).checkAssert((events, uptime) -> {
                    FakeMachine some = new FakeMachine();
                    if (uptime == 0) {
                        some.hideUptime();
                    }
                    Clock its = SteadyClocks.of(some);
                    Duration begin = some.passed();
                    Instant first = its.instant();
                    Instant last = first;
                    for (int event : events) {
                        Duration length = Duration.ofSeconds(3 + event / 4);
                        switch (event % 4) {
                            case 0 -> some.run(length);
                            case 1 -> some.sleep(length);
                            case 2 -> some.set(length);
                            default -> some.set(length.negated());
                        }
                        Instant now = its.instant();
                        assertThat(now).isAfterOrEqualTo(last);
                        Duration lag = some.passed().minus(begin).minus(Duration.between(first, now));
                        assertThat(lag).isLessThan(Duration.ofMillis(50));
                        if (uptime == 1) {
                            assertThat(lag).isGreaterThan(Duration.ofMillis(-50));
                        }
                        last = now;
                    }
                });
    }

    @Test
    void threadsThatSeeAStepTogetherCountItOnce() throws Exception {
        int threads = 8;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 1; round <= 50; round++) {
                machine.sleep(Duration.ofMinutes(1));
                List<Callable<Instant>> reads = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    reads.add(clock::instant);
                }
                for (Future<Instant> read : executor.invokeAll(reads)) {
                    assertThat(Duration.between(start, read.get())).isEqualTo(Duration.ofMinutes(round));
                }
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void ofThisMachineIsRight() {
        Clock here = SteadyClock.ofThisMachine();

        assertThat(Duration.between(here.instant(), Instant.now()).abs()).isLessThan(Duration.ofSeconds(2));
        assertThat(here.withZone(ZoneId.of("Asia/Dubai")).getZone()).isEqualTo(ZoneId.of("Asia/Dubai"));
    }

    private Duration passed() {
        return Duration.between(start, clock.instant());
    }
}
