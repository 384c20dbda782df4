package dev.leantokens.status;

import java.util.List;

import jakarta.inject.Singleton;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;

import org.eclipse.microprofile.health.HealthCheckResponse;

import dev.leantokens.status.Status.Check;
import dev.leantokens.status.Status.Readiness;
import io.smallrye.health.SmallRyeHealthReporter;

/** Asks the checks of the readiness probe. Thread-safe. */
@Singleton
class ReadinessReader {

    private static final String UP = HealthCheckResponse.Status.UP.name();

    private final SmallRyeHealthReporter health;

    ReadinessReader(SmallRyeHealthReporter health) {
        this.health = health;
    }

    /** Blocks. */
    Readiness read() {
        return new Readiness(health.getReadiness().getPayload().getJsonArray("checks").getValuesAs(JsonObject.class).stream()
                .filter(check -> !check.getString("status").equals(UP)).map(ReadinessReader::check).toList());
    }

    private static Check check(JsonObject check) {
        List<String> reasons = check.containsKey("data")
                ? check.getJsonObject("data").entrySet().stream()
                        .map(entry -> entry.getKey() + ": " + text(entry.getValue())).toList()
                : List.of();
        return new Check(check.getString("name"), reasons);
    }

    private static String text(JsonValue value) {
        return value instanceof JsonString string ? string.getString() : value.toString();
    }
}
