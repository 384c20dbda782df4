package dev.leantokens.soak;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/**
 * An HTTP response, with the times at which its request was sent and it was received.
 *
 * @param replica the number of the replica that sent it
 */
record Reply(HttpResponse<String> response, int replica, Instant sentAt, Instant receivedAt, long nanos) {

    int status() {
        return response.statusCode();
    }

    Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    /** @return the JSON object of the body, or of the last event of an event stream; empty if it is missing or invalid */
    Optional<JsonObject> json() {
        String text = response.body();
        if (header("Content-Type").orElse("").startsWith("text/event-stream")) {
            text = text.lines().filter(line -> line.startsWith("data:")).reduce("", (before, line) -> line.substring(5));
        }
        try {
            return Optional.of(new JsonObject(text));
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    /** Includes the start of the body. */
    @Override
    public String toString() {
        String body = response.body();
        return status() + " " + response.headers().map() + " " + body.substring(0, Math.min(300, body.length()))
                + " after " + nanos / 1_000_000 + " ms";
    }
}
