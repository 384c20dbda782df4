package dev.leantokens.hostile.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.hostile.Campaign;
import dev.leantokens.packaged.PackagedApplication;
import io.quarkus.runtime.configuration.MemorySize;

/**
 * Starts the packaged application with a random setting of a wrong kind, as an operator does: in a variable, a system
 * property or {@code config/application.properties}. It exits with 1 and one line that names the setting, or listens without an
 * error.
 * {@link WrongSettingsTest} tries all of them, without processes.
 */
class WrongSettingsCampaignIT {

    /** The kernel refuses longer variables, and a variable cannot contain NUL. */
    private static final int LONGEST = 100_000;

    private enum Place {
        VARIABLE,
        SYSTEM_PROPERTY,
        FILE
    }

    /** Settings of Quarkus that the reference names. */
    private static final List<Setting> OF_QUARKUS = List.of(
            ofQuarkus("quarkus.http.port", "PORT", Integer.class),
            ofQuarkus("quarkus.log.console.json.enabled", "LOG_JSON", Boolean.class),
            ofQuarkus("quarkus.http.access-log.enabled", "ACCESS_LOG", Boolean.class),
            ofQuarkus("quarkus.http.host", "QUARKUS_HTTP_HOST", String.class),
            ofQuarkus("quarkus.http.limits.max-header-size", "QUARKUS_HTTP_LIMITS_MAX_HEADER_SIZE",
                    MemorySize.class),
            ofQuarkus("quarkus.http.idle-timeout", "QUARKUS_HTTP_IDLE_TIMEOUT", Duration.class),
            ofQuarkus("quarkus.mcp.server.connection-idle-timeout", "QUARKUS_MCP_SERVER_CONNECTION_IDLE_TIMEOUT",
                    Duration.class));

    @TempDir
    Path folder;

    private Surroundings surroundings;
    private Files files;

    private static Setting ofQuarkus(String property, String variable, Class<?> type) {
        return new Setting(property, variable, type, false, Optional.empty(), config -> null);
    }

    @BeforeEach
    void create() {
        surroundings = new Surroundings(folder);
        files = Files.in(folder);
    }

    @Test
    void wrongSettingIsRefusedInOneLineOrHasAnEffect() {
        Campaign.named("settings").play(this::play);
    }

    private void play(RandomGenerator random) throws IOException {
        List<Setting> settings = Stream.concat(Setting.all().stream(), OF_QUARKUS.stream()).toList();
        Setting setting = settings.get(random.nextInt(settings.size()));
        Place place = Place.values()[random.nextInt(Place.values().length)];
        if (setting.property().equals("mcp.port")) {
            // The test sets the variable of this port, which would win over a file.
            place = Place.VARIABLE;
        }
        int longest = place == Place.FILE ? Integer.MAX_VALUE : LONGEST;
        List<WrongValue> values = WrongValue.of(setting, files).stream().filter(value -> value.text().length() < longest)
                .toList();
        WrongValue value = values.get(random.nextInt(values.size()));

        Path directory = java.nio.file.Files.createTempDirectory(folder, "case-");
        Map<String, String> variables = new HashMap<>(surroundings.of(setting));
        List<String> options = new ArrayList<>();
        switch (place) {
            case VARIABLE -> variables.put(setting.variable(), value.text());
            case SYSTEM_PROPERTY -> options.add("-D" + setting.property() + "=" + value.text());
            case FILE -> {
                variables.remove(setting.variable());
                write(directory.resolve("config/application.properties"),
                        setting.property() + "=" + escaped(value.text()) + "\n");
            }
        }
        try (PackagedApplication application = PackagedApplication.launch(variables, directory,
                options.toArray(String[]::new))) {
            boolean listens = application.listens();
            check(setting, value, place, listens, application);
        }
    }

    private static void check(Setting setting, WrongValue value, Place place, boolean listens,
            PackagedApplication application) {
        String where = setting + " " + place + ", " + value + ": ";
        String log = application.log();
        if (listens) {
            require(!value.mustBeRefused(), where + "not refused:\n" + log);
            require(application.linesOf("ERROR").isEmpty() && !log.contains("\tat "), where + "an error at the start:\n" + log);
            return;
        }
        require(application.exitCode() == 1, where + "exit code " + application.exitCode() + "\n" + log);
        // Only what is neither information nor a warning.
        String refusal = log.lines().filter(line -> !line.matches("\\d{4}-\\d\\d-\\d\\d .* (INFO|WARN) .*"))
                .collect(Collectors.joining("\n"));
        Refusal.fault(setting, value, Optional.of(refusal)).ifPresent(fault -> {
            throw new AssertionError(where + fault);
        });
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }

    private static void write(Path file, String text) {
        try {
            java.nio.file.Files.createDirectories(file.getParent());
            java.nio.file.Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As a value of a properties file. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(character -> escaped.append(String.format("\\u%04x", character)));
        return escaped.toString();
    }
}
