package dev.leantokens.skill;

import java.util.List;

import io.vertx.core.json.JsonObject;

/**
 * Reads the part of YAML that the skill's front matter uses: a field per line whose value is text without quotes, and fields of
 * a field, which are indented. A test compares the result with that of a YAML library, which would cost 350 kB at run time.
 */
final class FrontMatter {

    private static final String MARK = "---";

    private FrontMatter() {
    }

    /** @param text starts with the front matter */
    static JsonObject read(String text) {
        List<String> lines = text.lines().skip(1).takeWhile(line -> !line.equals(MARK)).toList();
        JsonObject fields = new JsonObject();
        JsonObject parent = fields;
        for (String line : lines) {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon).strip();
            String value = line.substring(colon + 1).strip();
            if (!line.startsWith(" ")) {
                parent = fields;
            }
            if (value.isEmpty()) {
                parent = new JsonObject();
                fields.put(name, parent);
            } else {
                parent.put(name, value);
            }
        }
        return fields;
    }
}
