package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheControlTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "no-cache               | NO_CACHE",
            "No-Cache               | NO_CACHE",
            "max-age=0, no-cache    | NO_CACHE",
            "no-cache,no-store      | NO_CACHE",
            "no-store               | ANY",
            "max-age=0              | ANY",
            "x-no-cache             | ANY",
            "no-cached              | ANY",
            ",                      | ANY",
            "''                     | ANY",
    })
    void noCacheRequestsAFreshToken(String header, CacheControl control) {
        assertThat(CacheControl.of(List.of(header))).isEqualTo(control);
        assertThat(CacheControl.of(List.of("max-stale", header))).isEqualTo(control);
    }

    @Test
    void cachedTokenIsAcceptableWithoutTheHeader() {
        assertThat(CacheControl.of(List.of())).isEqualTo(CacheControl.ANY);
    }
}
