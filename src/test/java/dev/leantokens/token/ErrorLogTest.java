package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorLogTest {

    private final List<LogRecord> lines = new ArrayList<>();
    private final Logger logger = Logger.getLogger("dev.leantokens.errors");
    private final Handler handler = new Handler() {

        @Override
        public void publish(LogRecord line) {
            lines.add(line);
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
    }

    @ParameterizedTest
    @CsvSource({
            "INVALID_REQUEST,             INFO",
            "CALLER_REFUSED,              INFO",
            "TOO_LARGE,                   INFO",
            "THROTTLED,                   WARN",
            "LEAN_UNAVAILABLE,            WARN",
            "UNUSABLE_ANSWER,             WARN",
            "NO_CREDENTIALS,              WARN",
            "SERVICE_CREDENTIALS_REFUSED, ERROR",
    })
    void errorIsOneLineOfTheLevelThatFits(TokenError error, String level) {
        TokenException exception = error.because("the reason");

        assertThat(new ErrorLog().record("REST", exception)).isSameAs(exception);

        assertThat(lines).hasSize(1);
        assertThat(lines.get(0).getLevel().getName()).isEqualTo(level);
        assertThat(lines.get(0).getMessage() + textOf(lines.get(0))).contains("the reason");
        assertThat(lines.get(0).getThrown()).isNull();
    }

    @Test
    void faultOfOurOwnIsLoggedWithItsStackAndWithoutItsMessages() {
        Exception fault = new IllegalStateException("s3cr3t", new NumberFormatException("s3cr3t"));

        TokenException told = new ErrorLog().record("MCP", fault);

        assertThat(told.error()).isEqualTo(TokenError.INTERNAL);
        assertThat(lines).hasSize(1);
        assertThat(textOf(lines.get(0))).doesNotContain("s3cr3t")
                .contains("IllegalStateException", "NumberFormatException", "ErrorLogTest");
    }

    private static String textOf(LogRecord line) {
        StringWriter text = new StringWriter();
        text.append(line.getMessage());
        if (line.getParameters() != null) {
            text.append(String.join(" ", List.of(line.getParameters()).stream().map(String::valueOf).toList()));
        }
        if (line.getThrown() != null) {
            line.getThrown().printStackTrace(new PrintWriter(text));
        }
        return text.toString();
    }
}
