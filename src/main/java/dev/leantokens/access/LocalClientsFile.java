package dev.leantokens.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a file with local clients: two lines for each, {@code <id>.secret} and {@code <id>.scopes}, and optionally a
 * third, {@code <id>.default-scope}. The values are those of the properties {@code access.clients.<id>.…}. It looks like a
 * properties file, but nothing is escaped: a backslash is a backslash, so that a secret is the same here as in a variable.
 */
final class LocalClientsFile {

    private static final String SECRET = ".secret";
    private static final String SCOPES = ".scopes";
    private static final String DEFAULT_SCOPE = ".default-scope";

    private static final Pattern COMMENT = Pattern.compile("[#!]");
    private static final Pattern LINE = Pattern.compile("([^\\s=:]+)(?:\\s*[=:]\\s*|\\s+)(.*)", Pattern.DOTALL);
    private static final int NAME = 1;
    private static final int VALUE = 2;

    /** Without the line: one without an equals sign can be a secret. */
    private static final String WRONG_LINE = "every line must be <id>.secret=…, <id>.scopes=… or <id>.default-scope=…";

    private LocalClientsFile() {
    }

    /** @throws IllegalArgumentException if it is not such a text; the message is for an operator and has no secret */
    static List<LocalClient> read(String text) {
        return clients(properties(text));
    }

    /** @param lines keys as they are written, with their values */
    static List<LocalClient> clients(Map<String, String> lines) {
        Map<String, String> secrets = new TreeMap<>();
        Map<String, String> scopes = new TreeMap<>();
        Map<String, String> defaultScopes = new TreeMap<>();
        lines.forEach((name, value) -> {
            if (name.endsWith(SECRET)) {
                secrets.put(name.substring(0, name.length() - SECRET.length()), value);
            } else if (name.endsWith(SCOPES)) {
                scopes.put(name.substring(0, name.length() - SCOPES.length()), value);
            } else if (name.endsWith(DEFAULT_SCOPE)) {
                defaultScopes.put(name.substring(0, name.length() - DEFAULT_SCOPE.length()), value);
            } else {
                throw new IllegalArgumentException(WRONG_LINE);
            }
        });
        scopes.keySet().forEach(id -> secrets.putIfAbsent(id, ""));
        defaultScopes.keySet().forEach(id -> secrets.putIfAbsent(id, ""));
        List<LocalClient> clients = new ArrayList<>();
        secrets.forEach((id, secret) -> clients
                .add(LocalClientRules.client(id, listOf(secret), listOf(scopes.getOrDefault(id, "")),
                        Optional.ofNullable(defaultScopes.get(id)).filter(scope -> !scope.isBlank()))));
        return clients;
    }

    private static Map<String, String> properties(String text) {
        Map<String, String> lines = new TreeMap<>();
        text.lines().map(String::strip).filter(line -> !line.isEmpty() && !COMMENT.matcher(line).lookingAt()).forEach(line -> {
            Matcher parts = LINE.matcher(line);
            if (!parts.matches()) {
                throw new IllegalArgumentException(WRONG_LINE);
            }
            if (lines.put(parts.group(NAME), parts.group(VALUE)) != null) {
                // Without the name: it can be a secret that is in the wrong place.
                throw new IllegalArgumentException("a line is there twice, with the same words before its equals sign");
            }
        });
        return lines;
    }

    /** @return the values of a line; nothing is escaped, so none of them can have a comma */
    static List<String> listOf(String commaSeparated) {
        return commaSeparated.isBlank() ? List.of() : List.of(commaSeparated.split(",", -1));
    }
}
