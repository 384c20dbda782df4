package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.LogLines;

class ErrorLogTest {

    private final LogLines log = LogLines.of("dev.leantokens.errors");

    @AfterEach
    void stopListening() {
        log.close();
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
            "SERVICE_NOT_AUTHORIZED, ERROR",
            "OTHER_SCOPE,                 ERROR",
            "WRONG_ENDPOINT,              ERROR",
            "LEAN_UNTRUSTED,              ERROR",
    })
    void errorIsOneLineOfTheLevelThatFits(TokenError error, String level) {
        TokenException exception = error.because("the reason");

        assertThat(ErrorLogs.create().record(Origin.REST, "address 192.0.2.7", exception)).isSameAs(exception);

        assertThat(log.lines()).singleElement().satisfies(line -> {
            assertThat(line.level()).isEqualTo(level);
            assertThat(line.message()).contains("the reason", "192.0.2.7");
            assertThat(line.stack()).isEmpty();
        });
    }

    @Test
    void faultOfOurOwnIsLoggedWithItsStackAndWithoutItsMessages() {
        Exception fault = new IllegalStateException("s3cr3t", new NumberFormatException("s3cr3t"));

        TokenException told = ErrorLogs.create().record(Origin.MCP, "address 192.0.2.7", fault);

        assertThat(told.error()).isEqualTo(TokenError.INTERNAL);
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line.message() + line.stack())
                .doesNotContain("s3cr3t").contains("IllegalStateException", "NumberFormatException", "ErrorLogTest"));
    }
}
