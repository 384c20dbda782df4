package dev.leantokens.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.LongText;

class EndpointTest {

    @ParameterizedTest
    @CsvSource({ "/mcp, /mcp", "/mcp/, /mcp", "/mcp///, /mcp", "//mcp//sse/, //mcp//sse", "/, ''", "///, ''", "'', ''" })
    void trailingSlashesAreRemoved(String path, String served) {
        assertThat(Endpoint.withoutTrailingSlashes(path)).isEqualTo(served);
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void timeIsLinearInTheLengthOfThePath() {
        LongText.after("/", "/mcp/").forEach(path -> assertThat(Endpoint.withoutTrailingSlashes(path).endsWith("/")).isFalse());
    }
}
