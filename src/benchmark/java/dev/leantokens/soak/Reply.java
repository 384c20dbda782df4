package dev.leantokens.soak;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/** An HTTP response, with when its request was sent and when it was there in full. */
record Reply(HttpResponse<String> response, Instant sentAt, Instant receivedAt, long nanos) {

    int status() {
        return response.statusCode();
    }

    Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    /** @return the body's JSON object, out of the last event where it is a stream of them; empty if there is none */
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

    /** The beginning of what was received. */
    @Override
    public String toString() {
        String body = response.body();
        return status() + " " + response.headers().map() + " " + body.substring(0, Math.min(300, body.length()))
                + " after " + nanos / 1_000_000 + " ms";
    }
}
