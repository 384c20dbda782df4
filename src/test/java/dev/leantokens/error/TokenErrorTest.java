package dev.leantokens.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TokenErrorTest {

    @ParameterizedTest
    @EnumSource(TokenError.class)
    void everyErrorIsAnErrorResponseOfRfc6749(TokenError error) {
        ErrorResponse response = error.because("what is wrong").response();

        assertThat(response.json())
                .isEqualTo("{\"error\":\"%s\",\"error_description\":\"what is wrong\"}".formatted(error.code()));
        assertThat(response.status()).isEqualTo(error.status()).isBetween(400, 599);
        assertThat(response.headers()).containsEntry("Cache-Control", "no-store").containsEntry("Pragma", "no-cache");
        assertThat(response.headers().containsKey("WWW-Authenticate")).isEqualTo(error.status() == 401);
        assertThat(response.headers()).doesNotContainKey("Retry-After");
    }

    @ParameterizedTest
    @CsvSource({ "PT0S, 1", "PT-5S, 1", "PT0.1S, 1", "PT1S, 1", "PT1.001S, 2", "PT59.9S, 60", "PT1H, 3600" })
    void retryAfterIsInWholeSecondsAndNeverTooEarly(Duration wait, String header) {
        TokenException exception = TokenError.THROTTLED.because("later").retryAfter(wait);

        assertThat(exception.response().headers()).containsEntry("Retry-After", header);
        assertThat(exception.error()).isEqualTo(TokenError.THROTTLED);
    }

    @Test
    void leansErrorIsPassedOnAndNotLogged() {
        TokenException exception = TokenException.refusedByLean(
                new ErrorResponse(400, Map.of("error", "invalid_scope", "error_description", "leans words"), Optional.empty()));

        assertThat(exception.response().json()).contains("leans words");
        assertThat(exception.getMessage()).contains("400").doesNotContain("leans words");
    }
}
