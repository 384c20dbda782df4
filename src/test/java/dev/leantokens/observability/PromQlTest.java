package dev.leantokens.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.observability.PromQl.Match;
import dev.leantokens.observability.PromQl.Selector;

class PromQlTest {

    @Test
    void seriesMatchesAndGroupingsAreFound() {
        PromQl expression = PromQl.parse("""
                # a comment with a_name{in="it"}
                histogram_quantile(0.9, sum by (le, outcome) (rate(a_bucket{job="$job", reason=~"x|y"}[$__rate_interval])))
                  > 1e3 and on (job) b unless sum without (z) (c offset 5m) == bool 1""");

        assertThat(expression.selectors()).containsExactly(
                new Selector("a_bucket", List.of(new Match("job", "=", "$job"), new Match("reason", "=~", "x|y"))),
                new Selector("b", List.of()), new Selector("c", List.of()));
        assertThat(expression.labels()).containsExactlyInAnyOrder("le", "outcome", "job", "z");
    }

    @Test
    void otherTextIsRefused() {
        assertThatThrownBy(() -> PromQl.parse("rate(a[5m]) ; b")).isInstanceOf(IllegalArgumentException.class);
    }

    /** A test of the tests: without these, a misspelled name would pass. */
    @ParameterizedTest
    @CsvSource(delimiter = '/', value = {
            "rate(token_request_total[5m]) / token_request_total",
            "token_requests_total{adaptor=\"rest\"} / token_requests_total with the label adaptor",
            "token_requests_total{adapter=~\"rest|mpc\"} / token_requests_total with adapter mpc",
            "token_errors_total{reason=\"lean_failled\"} / token_errors_total with reason lean_failled",
            "lean_requests_seconds_bucket{outcome=\"succes\"} / lean_requests_seconds_bucket with outcome succes",
            "sum by (outcom) (token_requests_total) / grouping by outcom" })
    void misspelledNamesAreFound(String expression, String unknown) throws IOException {
        assertThat(KnownMetrics.read().unknownOf(expression)).containsExactly(unknown);
    }
}
