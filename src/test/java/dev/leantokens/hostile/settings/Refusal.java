package dev.leantokens.hostile.settings;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What an operator must read if the service does not start with a setting: one line, which names it. */
final class Refusal {

    /** Texts of libraries, which name properties instead of variables, and quote values. */
    private static final Pattern OF_LIBRARIES = Pattern
            .compile("SRCFG|Exception|java\\.|smallrye|quarkus\\.runtime|\\tat |\\$\\$Lambda");

    private static final int LONGEST = 600;

    private Refusal() {
    }

    /**
     * @param refusal what the service has written to its log if it has not started
     * @return what is wrong with it
     */
    static Optional<String> fault(Setting setting, WrongValue value, Optional<String> refusal) {
        if (refusal.isEmpty()) {
            return value.mustBeRefused() ? Optional.of("not refused") : Optional.empty();
        }
        List<String> lines = refusal.get().lines().map(String::strip)
                .filter(line -> !line.isEmpty() && !line.equals("Configuration validation failed:"))
                // A local client's secret is read by two names.
                .distinct().toList();
        String line = lines.isEmpty() ? "" : lines.get(0);
        if (lines.size() != 1) {
            return Optional.of(lines.size() + " lines: " + lines);
        }
        if (!setting.isNamedBy(line)) {
            return Optional.of("does not name the setting: " + line);
        }
        if (OF_LIBRARIES.matcher(line).find() || line.length() > LONGEST) {
            return Optional.of("not for an operator: " + line);
        }
        // Scopes are no secrets, and one that is not allowed is named if it has the form of a scope.
        boolean quotable = setting.property().endsWith("scopes");
        return line.contains(WrongValue.MARK) && !quotable ? Optional.of("quotes the value: " + line) : Optional.empty();
    }
}
