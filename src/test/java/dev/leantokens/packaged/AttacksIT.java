package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import dev.leantokens.attacks.Attack;
import dev.leantokens.attacks.Attacker;
import dev.leantokens.attacks.Kind;
import dev.leantokens.attacks.OrdinaryCallers;
import dev.leantokens.attacks.Parties;
import dev.leantokens.attacks.PickyLean;
import dev.leantokens.attacks.Report;
import dev.leantokens.attacks.Target;

/**
 * Runs each attack beside twenty ordinary callers: all of their requests get the documented answers, and a small heap suffices.
 * {@code make attacks} measures the cost of the attacks.
 */
class AttacksIT {

    /** How many ordinary requests each attack lasts; callers send 200 per second. */
    private static final int REQUESTS = 200;

    /** Outcomes without an answer, which every attacker may get. */
    private static final Set<String> NO_ANSWERS = Set.of("closed", "refused", "no answer");

    private static PickyLean lean;
    private static PackagedApplication application;
    private static OrdinaryCallers callers;

    @BeforeAll
    static void start(@TempDir Path folder) {
        lean = new PickyLean();
        Map<String, String> environment = new HashMap<>(Parties.environment(lean.url()));
        environment.put("ACCESS_CLIENTS_FILE", Parties.writeClientsFile(folder).toString());
        application = PackagedApplication.startWith(List.of("-Xmx64m"), environment);
        callers = new OrdinaryCallers(new Target(application.port(), application.mcpPort()));
        callers.connect();
        callers.start();
    }

    @AfterAll
    static void stop() {
        callers.close();
        application.close();
        lean.close();
    }

    @ParameterizedTest
    // StalledLogIT and BreakerIT test these. One more attack on Lean would make the callers here exceed their share.
    @EnumSource(value = Kind.class, mode = Mode.EXCLUDE, names = { "STALLED_LOG", "MADE_UP_IDS" })
    void attackDoesNotAffectOrdinaryCallers(Kind kind) {
        Attack attack = kind.attack();
        callers.missFrom(attack instanceof OrdinaryCallers.Supply supply ? supply : OrdinaryCallers.Supply.NONE);
        callers.cut();

        Attacker attacker = new Attacker(new Target(application.port(), application.mcpPort()));
        try (attacker) {
            attack.start(attacker);
            await().until(() -> callers.completed() >= REQUESTS);
            if (kind.isAfterLean()) {
                callers.miss();
            }
        }
        Report report = callers.cut();

        assertThat(report.requests()).isPositive();
        assertThat(report.failures()).isEmpty();
        assertThat(attacker.outcomes().requests()).isPositive();
        assertThat(attacker.outcomes().counts().keySet()).allMatch(
                outcome -> NO_ANSWERS.contains(outcome) || kind.allowed().contains(outcome));
        assertThat(application.log()).doesNotContain("OutOfMemory");
    }
}
