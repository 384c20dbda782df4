package dev.leantokens.hostile.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.settings.StartSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.SmallRyeConfig;

/**
 * Every setting of every config mapping, with values of every wrong kind: the start is refused in one line that names the
 * setting, or the setting has the documented effect. New settings and mappings take part by themselves.
 */
class WrongSettingsTest {

    private static final List<String> SPACES = List.of(" ", "\t\r\n");

    @TempDir
    static Path folder;

    private static Surroundings surroundings;
    private static Files files;

    /** What the operator sees: a refusal, or a start with an effective value. */
    private record Outcome(Optional<String> refusal, Object value) {
    }

    @BeforeAll
    static void create() {
        surroundings = new Surroundings(folder);
        files = Files.in(folder);
    }

    static List<Setting> settings() {
        return Setting.all();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void surroundingsAreValid(Setting setting) {
        assertThat(start(setting, surroundings.of(setting), Map.of()).refusal()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void wrongValueIsRefusedInOneLineThatNamesTheSetting(Setting setting) {
        List<String> faults = new ArrayList<>();
        Object standard = withoutSetting(setting).value();
        for (WrongValue value : WrongValue.of(setting, files)) {
            // Where a value is set makes no difference to its meaning: a part of them is enough.
            boolean inFile = value.text().length() % 3 == 0;
            Outcome outcome = inFile ? inFile(setting, value.text()) : inVariable(setting, value.text());
            Refusal.fault(setting, value, outcome.refusal())
                    .or(() -> ignored(value, outcome, standard))
                    .ifPresent(fault -> faults.add((inFile ? "in a file, " : "as a variable, ") + value + ": " + fault));
        }
        assertThat(faults).isEmpty();
    }

    private static Optional<String> ignored(WrongValue value, Outcome outcome, Object standard) {
        boolean same = outcome.refusal().isEmpty() && String.valueOf(outcome.value()).equals(String.valueOf(standard));
        return same && !value.kind().equals(WrongValue.LIMIT) ? Optional.of("ignored") : Optional.empty();
    }

    /** An empty pattern for a claim would let everyone in, if it counted as not set. */
    @ParameterizedTest
    @MethodSource("settings")
    void emptyValueCountsAsNotSet(Setting setting) {
        Outcome expected = withoutSetting(setting);
        SoftAssertions all = new SoftAssertions();
        for (String empty : List.of("", " \t\n")) {
            for (Outcome outcome : List.of(inVariable(setting, empty), inFile(setting, empty))) {
                if (setting.property().contains(".claims.")) {
                    all.assertThat(outcome.refusal()).hasValueSatisfying(
                            text -> assertThat(text).contains("ACCESS_ISSUERS: issuer a has a pattern for the claim a that"));
                } else {
                    all.assertThat(outcome).as("%s '%s'", setting, empty).hasToString(expected.toString());
                }
            }
        }
        all.assertAll();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void spaceAroundAValueMeansNothing(Setting setting) {
        String valid = surroundings.of(setting).getOrDefault(setting.variable(), setting.standard().orElse(null));
        // For passwords, the reference says that space is part of them.
        if (valid == null || setting.property().matches(".*(password|username|otlp\\.headers)")) {
            return;
        }
        Outcome expected = inVariable(setting, valid);
        SoftAssertions all = new SoftAssertions();
        for (String space : SPACES) {
            for (String spaced : List.of(space + valid, valid + space)) {
                for (Outcome outcome : List.of(inVariable(setting, spaced), inFile(setting, spaced))) {
                    all.assertThat(outcome.refusal()).as("%s '%s'", setting, spaced).isEqualTo(expected.refusal());
                    if (!setting.isSecret() && !setting.property().contains(".claims.")) {
                        all.assertThat(outcome.value()).as("%s '%s'", setting, spaced)
                                .hasToString(String.valueOf(expected.value()));
                    }
                }
            }
        }
        all.assertAll();
    }

    private static Outcome inVariable(Setting setting, String value) {
        return start(setting, Surroundings.with(surroundings.of(setting), setting.variable(), value), Map.of());
    }

    private static Outcome withoutSetting(Setting setting) {
        Map<String, String> others = new HashMap<>(surroundings.of(setting));
        others.remove(setting.variable());
        return start(setting, others, Map.of());
    }

    private static Outcome inFile(Setting setting, String value) {
        Map<String, String> others = new HashMap<>(surroundings.of(setting));
        others.remove(setting.variable());
        return start(setting, others, Map.of(setting.property(), value));
    }

    private static Outcome start(Setting setting, Map<String, String> variables, Map<String, String> file) {
        try {
            SmallRyeConfig config = StartSettings.start(variables, file);
            return new Outcome(Optional.empty(), setting.value().from(config));
        } catch (ConfigurationException e) {
            return new Outcome(Optional.of(Objects.toString(e.getMessage())), null);
        }
    }
}
