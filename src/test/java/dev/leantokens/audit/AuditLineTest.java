package dev.leantokens.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.vertx.core.json.JsonObject;

class AuditLineTest {

    private static final byte[] NAME = AuditLine.quoted("a");
    private static final byte[] OTHER_NAME = AuditLine.quoted("b");

    private final AuditLine line = new AuditLine();

    @ParameterizedTest
    @ValueSource(strings = { "plain", "", "\"", "\\", "\\\"}\n{\"outcome\":\"issued\"", "\r\n", "\u0000\u0001\u001f\u007f",
            "\u0085\u2028\u2029", "\u202eevil\u2066", "\u001b[2J", "é", "😀", "a\tb", "</script>" })
    void textIsReadAsItWasAndTheLineIsPrintable(String text) {
        line.start();
        line.text(NAME, text);
        line.text(OTHER_NAME, text);
        line.end();

        assertThat(written()).endsWith("\n");
        assertThat(written().substring(0, line.length() - 1)).matches("[ -~]*");
        assertThat(new JsonObject(written())).isEqualTo(new JsonObject().put("a", text).put("b", text));
    }

    @ParameterizedTest
    @ValueSource(strings = { "\ud800", "\udc00", "a\ud800b", "\udc00\ud800", "\ud83d" })
    void unpairedSurrogatesAreReplaced(String text) {
        line.start();
        line.text(NAME, text);
        line.end();

        assertThat(new JsonObject(written()).getString("a")).isEqualTo(text.replaceAll("[\ud800-\udfff]", "\ufffd"));
    }

    @Test
    void longTextIsShortened() {
        line.start();
        line.text(NAME, "\n".repeat(100_000));
        line.text(OTHER_NAME, "x".repeat(1023) + "😀");
        line.end();

        assertThat(new JsonObject(written()).getString("a")).isEqualTo("\n".repeat(1024));
        assertThat(new JsonObject(written()).getString("b")).as("without half of a pair")
                .isEqualTo("x".repeat(1023) + "\ufffd");
    }

    @Test
    void timesAreThoseOfRfc3339WithMilliseconds() {
        Random random = new Random(26);
        for (int i = 0; i < 20_000; i++) {
            long millis = i < 10 ? 253_402_300_799_999L - i : random.nextLong(253_402_300_800_000L);
            assertTime(millis);
            assertTime(millis / 1000 * 1000);
            // In the same second, whose text is remembered.
            assertTime(millis / 1000 * 1000 + random.nextInt(1000));
        }
        assertTime(0);
        assertTime(Instant.parse("2028-02-29T23:59:59.999Z").toEpochMilli());
        assertTime(Instant.parse("2100-03-01T00:00:00.000Z").toEpochMilli());
    }

    private void assertTime(long millis) {
        line.start();
        line.time(NAME, millis);
        line.end();

        String time = new JsonObject(written()).getString("a");
        assertThat(time).hasSize("2026-01-31T23:59:59.999Z".length());
        assertThat(Instant.parse(time).toEpochMilli()).isEqualTo(millis);
    }

    private String written() {
        return new String(line.bytes(), 0, line.length(), StandardCharsets.US_ASCII);
    }
}
