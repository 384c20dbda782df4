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
    void startsWithTheSystemTime() {
        assertThat(start).isEqualTo(machine.wall());
    }

    @Test
    void advancesWithTime() {
        machine.run(Duration.ofMinutes(5));

        assertThat(passed()).isEqualTo(Duration.ofMinutes(5));
    }

    @ParameterizedTest
    @ValueSource(strings = { "PT-1H", "PT-3S", "P-400D" })
    void systemTimeSetBackIsIgnored(Duration set) {
        machine.run(Duration.ofMinutes(5));
        machine.set(set);

        assertThat(passed()).isEqualTo(Duration.ofMinutes(5));
    }

    @ParameterizedTest
    @ValueSource(strings = { "PT1H", "PT3S", "P400D" })
    void systemTimeSetForwardCountsAsSleep(Duration set) {
        machine.run(Duration.ofMinutes(5));
        machine.set(set);

        assertThat(passed()).isEqualTo(set.plusMinutes(5));
    }

    @Test
    void sleepCounts() {
        machine.run(Duration.ofMinutes(5));
        machine.sleep(Duration.ofHours(2));

        assertThat(passed()).isEqualTo(Duration.ofMinutes(125));
    }

    @Test
    void systemTimeSetBackDoesNotHideALaterSleep() {
        machine.set(Duration.ofHours(-3));
        assertThat(passed()).isZero();

        machine.sleep(Duration.ofHours(2));
        assertThat(passed()).isEqualTo(Duration.ofHours(2));

        machine.set(Duration.ofHours(1));
        assertThat(passed()).isEqualTo(Duration.ofHours(3));
    }

    @ParameterizedTest
    @ValueSource(strings = { "PT2S", "PT-2S" })
    void driftWithinTheToleranceIsIgnored(Duration drift) {
        machine.run(Duration.ofMinutes(100));
        machine.set(drift);

        assertThat(passed()).isEqualTo(Duration.ofMinutes(100));
    }

    /** Each number is an event: its remainder is the kind, its quotient the length in seconds. */
    @Test
    void neverGoesBackOrLagsAndIsFastOnlyByStepsForward() {
        qt().withExamples(2_000).forAll(lists().of(integers().between(0, 30_000)).ofSizeBetween(1, 40))
                .checkAssert(events -> {
                    FakeMachine tested = new FakeMachine();
                    Clock steady = SteadyClocks.of(tested);
                    Duration begin = tested.passed();
                    Instant first = steady.instant();
                    Instant last = first;
                    Duration setForward = Duration.ZERO;
                    for (int event : events) {
                        Duration length = Duration.ofSeconds(3 + event / 4);
                        switch (event % 4) {
                            case 0 -> tested.run(length);
                            case 1 -> tested.sleep(length);
                            case 2 -> {
                                tested.set(length);
                                setForward = setForward.plus(length);
                            }
                            default -> tested.set(length.negated());
                        }
                        Instant now = steady.instant();
                        assertThat(now).isAfterOrEqualTo(last);
                        Duration passed = tested.passed().minus(begin);
                        assertThat(Duration.between(first, now)).isEqualTo(passed.plus(setForward));
                        last = now;
                    }
                });
    }

    @Test
    void threadsThatDetectAStepTogetherCountItOnce() throws Exception {
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
    void clockOfThisMachineHasTheSystemTime() {
        Clock here = SteadyClock.ofThisMachine();

        assertThat(Duration.between(here.instant(), Instant.now()).abs()).isLessThan(Duration.ofSeconds(2));
        assertThat(here.withZone(ZoneId.of("Asia/Dubai")).getZone()).isEqualTo(ZoneId.of("Asia/Dubai"));
    }

    private Duration passed() {
        return Duration.between(start, clock.instant());
    }
}
