package dev.leantokens.access;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.leantokens.settings.IntactText;
import dev.leantokens.settings.ServiceLinks;

/**
 * Reads local clients from settings that SmallRye Config does not read: a file, and environment variables for ids of several
 * words. Keys are {@code <id>.secret}, {@code <id>.certificate}, {@code <id>.scopes} and {@code <id>.default-scope}, and
 * their values are those of {@code access.clients.<id>.…}.
 */
final class LocalClientSettings {

    private static final String SECRET = "secret";
    private static final String CERTIFICATE = "certificate";
    private static final String SCOPES = "scopes";
    private static final String DEFAULT_SCOPE = "default-scope";

    private static final Pattern COMMENT = Pattern.compile("[#!]");
    private static final Pattern LINE = Pattern.compile("(?<id>[^\\s=:]*)\\.(?<setting>secret|certificate|scopes|default-scope)"
            + "(?:\\s*[=:]\\s*|\\s+)(?<value>.*)", Pattern.DOTALL);

    /** SmallRye Config itself reads variables for an id of one word. */
    private static final Pattern VARIABLE = Pattern
            .compile("ACCESS_CLIENTS_(?<id>[A-Z0-9]+(?:_[A-Z0-9]+)+)_(?<setting>SECRET|CERTIFICATE|SCOPES|DEFAULT_SCOPE)");

    private static final String VARIABLES = "ACCESS_CLIENTS_";
    private static final String FILE = "ACCESS_CLIENTS_FILE";

    /** SmallRye Config reads these variables, if the id has one word or a property has it, too. */
    private static final Pattern READ = Pattern.compile(
            "ACCESS_CLIENTS_(?<id>[a-zA-Z0-9]+(?:_[a-zA-Z0-9]+)*)_(?:SECRET|CERTIFICATE|SCOPES|DEFAULT_SCOPE)(?:_\\d+_)?");

    private static final Pattern NO_LETTER_OR_DIGIT = Pattern.compile("[^a-zA-Z0-9]");

    /** Does not quote the line: without an equals sign, it can be a secret. */
    private static final String INVALID_LINE = "every line must be <id>.secret=…, <id>.certificate=…, <id>.scopes=…, "
            + "<id>.default-scope=… or issuers.<id>.<setting>=…";

    private LocalClientSettings() {
    }

    /**
     * Reads a text that looks like a properties file, but has no escapes: a backslash is a backslash, so a secret is written as
     * in an environment variable. Lines about {@linkplain IssuerValues issuers} are left out.
     *
     * @throws IllegalArgumentException if the text is invalid; the message is for an operator and has no secret
     */
    static List<LocalClient> ofFile(String text) {
        Map<String, Map<String, String>> settings = new TreeMap<>();
        linesOf(text).filter(line -> !IssuerValues.isLine(line)).forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(INVALID_LINE);
            }
            if (settingsOf(matcher.group("id"), settings).put(matcher.group("setting"), matcher.group("value")) != null) {
                // Without the id, which can be a misplaced secret.
                throw new IllegalArgumentException("two lines have the same text before the equals sign");
            }
        });
        return clients(settings);
    }

    /** @return the lines of the file that are neither empty nor comments, stripped */
    static Stream<String> linesOf(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty() && !COMMENT.matcher(line).lookingAt());
    }

    /**
     * Reads variables for ids with hyphens: {@code ACCESS_CLIENTS_A_B_SECRET} is the secret of the client {@code a-b}. SmallRye
     * Config ignores them, as a variable does not tell where its property has hyphens.
     *
     * @param known the ids in the configuration, for which SmallRye Config does read variables
     * @throws IllegalArgumentException if a client is invalid, or a variable is no setting of a client; the message is for an
     *         operator and has no secret
     */
    static List<LocalClient> ofVariables(Map<String, String> environment, Set<String> known) {
        Map<String, Map<String, String>> settings = new TreeMap<>();
        environment.forEach((name, value) -> {
            Matcher matcher = VARIABLE.matcher(name);
            if (matcher.matches()) {
                String id = hyphenated(matcher.group("id"));
                if (!known.contains(id)) {
                    settingsOf(id, settings).put(hyphenated(matcher.group("setting")), IntactText.withoutByteOrderMark(value));
                }
            } else if (name.startsWith(VARIABLES) && !name.equals(FILE) && !isRead(name, known)
                    && !ServiceLinks.contains(name, environment.keySet())) {
                throw new IllegalArgumentException(name + " is no setting of a local client: settings are SECRET, CERTIFICATE, "
                        + "SCOPES and DEFAULT_SCOPE, after an id of letters and digits with single underscores");
            }
        });
        return clients(settings);
    }

    /** @return whether SmallRye Config reads the variable */
    private static boolean isRead(String name, Set<String> known) {
        Matcher matcher = READ.matcher(name);
        return matcher.matches() && (matcher.group("id").indexOf('_') < 0 || known.stream()
                .anyMatch(id -> NO_LETTER_OR_DIGIT.matcher(id).replaceAll("_").equalsIgnoreCase(matcher.group("id"))));
    }

    /** @return the values; none of them contains a comma, as nothing is escaped */
    static List<String> listOf(String commaSeparated) {
        return commaSeparated.isBlank() ? List.of() : List.of(commaSeparated.split(",", -1));
    }

    private static Map<String, String> settingsOf(String id, Map<String, Map<String, String>> settings) {
        return settings.computeIfAbsent(id, unknown -> new HashMap<>());
    }

    /** @param settings by id and name */
    private static List<LocalClient> clients(Map<String, Map<String, String>> settings) {
        return settings.entrySet().stream().map(client -> {
            Map<String, String> values = client.getValue();
            return LocalClient.of(client.getKey(), listOf(values.getOrDefault(SECRET, "")), present(CERTIFICATE, values),
                    listOf(values.getOrDefault(SCOPES, "")), present(DEFAULT_SCOPE, values));
        }).toList();
    }

    private static Optional<String> present(String setting, Map<String, String> values) {
        return Optional.ofNullable(values.get(setting)).filter(value -> !value.isBlank());
    }

    private static String hyphenated(String words) {
        return words.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
