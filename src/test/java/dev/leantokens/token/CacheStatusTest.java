package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.token.IssuedToken.Source;

class CacheStatusTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "HIT                 | 59      | false | hit; ttl=59",
            "SHARED              | 3540    | false | hit; detail=shared; ttl=3540",
            "STALE               | -30     | false | hit; detail=stale; ttl=-30",
            "STALE_AFTER_FAILURE | -30     | false | fwd=stale; detail=stale; ttl=-30",
            "MISS                | 3540    | false | fwd=miss; stored; ttl=3540",
            "MISS                | 3540    | true  | fwd=miss; stored; collapsed; ttl=3540",
            "MISS                | -       | false | fwd=miss",
            "REPLACED            | 3540    | false | fwd=stale; stored; ttl=3540",
            "REQUESTED           | 3540    | false | fwd=request; stored; ttl=3540",
            "BYPASS              | -       | true  | fwd=bypass; collapsed",
    })
    void headerDescribesTheOriginOfATokenAsInRfc9211(Source source, Long freshFor, boolean shared, String parameters) {
        OptionalLong seconds = freshFor == null ? OptionalLong.empty() : OptionalLong.of(freshFor);

        assertThat(CacheStatus.of(source, seconds, shared))
                .hasToString("lean-authentication-tokens; " + parameters);
    }

    @Test
    void tokensOfRequestsToLeanAreFromLean() {
        assertThat(Source.values()).filteredOn(Source::isFromLean)
                .containsExactly(Source.MISS, Source.REPLACED, Source.REQUESTED, Source.BYPASS);
    }
}
