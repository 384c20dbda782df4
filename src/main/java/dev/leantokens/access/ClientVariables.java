package dev.leantokens.access;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.leantokens.settings.IntactText;

/**
 * The local clients of environment variables whose ids have a hyphen. A variable cannot say where it has
 * one, so the configuration leaves it out; here {@code ACCESS_CLIENTS_A_B_SECRET} is of the client {@code a-b}.
 */
final class ClientVariables {

    /** Two words or more: an id of one word the configuration understands. */
    private static final Pattern NAME = Pattern
            .compile("ACCESS_CLIENTS_([A-Z0-9]+(?:_[A-Z0-9]+)+)_(SECRET|SCOPES|DEFAULT_SCOPE)");

    private static final int ID = 1;
    private static final int MEMBER = 2;

    private ClientVariables() {
    }

    /**
     * @param known the ids that the configuration has, which knows of these variables what they set
     * @return lines as {@link LocalClientsFile} has them, by their keys
     */
    static Map<String, String> read(Map<String, String> environment, Set<String> known) {
        Map<String, String> lines = new TreeMap<>();
        environment.forEach((name, value) -> {
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches()) {
                String id = matcher.group(ID).toLowerCase(Locale.ROOT).replace('_', '-');
                if (!known.contains(id)) {
                    lines.put(id + "." + matcher.group(MEMBER).toLowerCase(Locale.ROOT).replace('_', '-'),
                            IntactText.withoutByteOrderMark(value));
                }
            }
        });
        return lines;
    }
}
