package dev.leantokens.access;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The text of a file with local clients: a properties file with two lines for each, {@code <id>.secret} and
 * {@code <id>.scopes}, and optionally a third, {@code <id>.default-scope}. The values are those of the properties
 * {@code access.clients.<id>.…}.
 */
final class LocalClientsFile {

    private static final String SECRET = ".secret";
    private static final String SCOPES = ".scopes";
    private static final String DEFAULT_SCOPE = ".default-scope";

    /** What some editors of Windows put first. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

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
                // Without the line: one without an equals sign can be a secret.
                throw new IllegalArgumentException("every line must be <id>.secret=…, <id>.scopes=… or <id>.default-scope=…");
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
        Properties properties = new Properties() {

            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
                if (super.put(key, value) != null) {
                    // Without the key: a line without an equals sign is one, and can be a secret.
                    throw new IllegalArgumentException("a line is there twice, with the same words before its equals sign");
                }
                return null;
            }
        };
        try {
            properties.load(new StringReader(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text));
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory cannot fail", e);
        }
        Map<String, String> lines = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> lines.put(name, properties.getProperty(name)));
        return lines;
    }

    private static List<String> listOf(String commaSeparated) {
        return commaSeparated.isBlank() ? List.of() : List.of(commaSeparated.split(",", -1));
    }
}
