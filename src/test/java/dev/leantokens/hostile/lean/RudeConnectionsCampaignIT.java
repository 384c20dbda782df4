package dev.leantokens.hostile.lean;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.hostile.Campaign;

/** Random scenarios, several at once, on connections that are reused where they may be. */
class RudeConnectionsCampaignIT {

    private static final int MAX_SCENARIOS = 4;
    private static final int MAX_CALLERS = 8;

    private final RudeTrial trial = new RudeTrial(Optional.empty(), Map.of());

    @AfterEach
    void stop() {
        trial.close();
    }

    @Test
    void eachCallerGetsItsOwnTokenOrADocumentedError() {
        Campaign.named("connections to Lean").play(this::play);
    }

    private void play(RandomGenerator random) {
        RandomScenario scenarios = new RandomScenario(random);
        List<Scenario> some = IntStream.rangeClosed(0, random.nextInt(MAX_SCENARIOS)).mapToObj(i -> scenarios.next()).toList();
        int callers = random.nextInt(1, MAX_CALLERS + 1);
        boolean ownCredentials = random.nextBoolean();
        try {
            trial.start();
            for (int round = 0; round < 2; round++) {
                trial.round(number -> some.get(number % some.size()), callers, ownCredentials, RandomScenario.outcome(some));
            }
            trial.end(callers);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(callers + " callers, " + some.stream().map(scenario -> scenario + " " + scenario.steps())
                    .toList() + ": " + e, e);
        }
    }
}
