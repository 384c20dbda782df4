package dev.leantokens.observability;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import io.vertx.core.json.JsonObject;

/** The alerts for Prometheus, and their unit tests, which promtool runs. */
final class Alerts {

    static final Path RULES = Path.of("src/main/observability/alerts.yml");
    static final Path TESTS = Path.of("src/test/observability/alerts-test.yml");

    private Alerts() {
    }

    static List<JsonObject> all() throws IOException {
        return objects(yaml(RULES), "groups").stream().flatMap(group -> objects(group, "rules").stream()).toList();
    }

    static JsonObject yaml(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            Map<String, Object> members = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
            return new JsonObject(members);
        }
    }

    static List<JsonObject> objects(JsonObject parent, String member) {
        return parent.getJsonArray(member).stream().map(JsonObject.class::cast).toList();
    }
}
