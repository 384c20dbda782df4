package dev.leantokens.hostile.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.hostile.lean.Scenario.Outcome;
import dev.leantokens.hostile.lean.Step.Act;
import dev.leantokens.hostile.lean.Step.Pause;
import dev.leantokens.hostile.lean.Step.SendCut;
import dev.leantokens.hostile.lean.Step.SendPart;
import dev.leantokens.testing.RawServer.Request;

/** Whatever happens on connections to Lean, each caller gets its own token or a documented error. */
class RudeConnectionsIT {

    private static final int CALLERS = 20;
    private static final int SERVICE_CALLERS = 10;
    /** At least the length of a response. */
    private static final int BYTES = 320;

    private static RudeTrial trial;

    @BeforeAll
    static void start() {
        trial = new RudeTrial(Optional.empty(),
                Map.of("LEAN_CONNECT_TIMEOUT", "1s", "LEAN_REQUEST_TIMEOUT", "1s"));
    }

    @AfterAll
    static void stop() {
        trial.close();
    }

    static Stream<Scenario> scenarios() {
        return Scenarios.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void eachCallerGetsItsOwnTokenOrADocumentedError(Scenario scenario) {
        trial.play(scenario, CALLERS);
    }

    @Test
    void responseMayBeCutAtEveryByte() {
        String text = "HTTP/1.1 102 Processing\r\n\r\n" + Scenario.OKAY;
        atEveryByte(cut -> Scenario.last("cut at " + cut, new SendCut(text + "\r\n", cut)), Outcome.TOKEN);
    }

    @Test
    void connectionMayEndAtEveryByte() {
        for (Act end : List.of(Act.FINISH, Act.RESET)) {
            atEveryByte(bytes -> Scenario.fails(end + " after " + bytes, new SendPart(Scenario.OKAY, bytes), end),
                    Outcome.ERROR);
        }
    }

    /** The service's callers alone, since only their calls reuse connections. */
    @ParameterizedTest
    @EnumSource(names = { "FINISH", "RESET" })
    void requestIsNotRepeatedOnceItsResponseHasStarted(Act end) {
        for (int bytes : List.of(1, 16, 60, BYTES - 100)) {
            Scenario breaks = Scenario.fails(end + " after " + bytes, new SendPart(Scenario.OKAY, bytes), new Pause(5), end)
                    .whenReused().error();
            trial.start();
            trial.round(connection -> Scenario.POLITE.gathered(), SERVICE_CALLERS, false, Outcome.TOKEN);
            // A call whose connection is not in the pool yet has a new one.
            trial.round(connection -> breaks, SERVICE_CALLERS, false, Outcome.EITHER);
            List<Integer> places = trial.server().requests().stream().map(Request::nth).toList();
            assertThat(places).as("places of requests on their connections, " + breaks).hasSize(2 * SERVICE_CALLERS)
                    .contains(2);
        }
        trial.end(CALLERS);
    }

    private static void atEveryByte(IntFunction<Scenario> scenarios, Outcome outcome) {
        for (int first = 0; first < BYTES; first += CALLERS) {
            List<Scenario> some = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                some.add(scenarios.apply(first + i));
            }
            trial.start();
            trial.round(number -> some.get(number % CALLERS), CALLERS, true, outcome);
        }
        trial.end(CALLERS);
    }
}
