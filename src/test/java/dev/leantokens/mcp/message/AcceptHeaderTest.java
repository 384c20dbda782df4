package dev.leantokens.mcp.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.LongText;

class AcceptHeaderTest {

    private static final String TYPE = "text/event-stream";

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "''                              | true",
            "text/event-stream               | true",
            "TEXT/Event-Stream;charset=utf-8 | true",
            "text/*                          | true",
            "Text/* ;q=1                     | true",
            "text/*;q=0, */*                 | false",
            "text/                           | false",
            "tex/*                           | false",
            "application/*                   | false",
            "*/*                             | true",
            "application/json                | false",
            ";                               | false",
            ";;, text/event-stream           | true",
            "text/event-stream;q=0           | false",
            "text/event-stream ;a=b; q=0 ,   | false",
            "text/event-stream; Q=0.000      | false",
            "text/event-stream;q=0.0000      | true",
            "text/event-stream;q=0.001       | true",
            "*/*, text/event-stream;q=0.0    | false",
            "*/*;q=0, text/event-stream      | true",
    })
    void mostSpecificRangeDecides(String value, boolean accepted) {
        assertThat(AcceptHeader.accepts(List.of(value), TYPE)).isEqualTo(accepted);
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void timeIsLinearInTheLengthOfTheHeader() {
        LongText.after("", "*/*;").forEach(value -> AcceptHeader.accepts(List.of(value), TYPE));
    }
}
