package dev.leantokens.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.token.AccessToken;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.Scope;

class CacheStatusHeaderTest {

    private static final AccessToken TOKEN = AccessToken.of(Map.of("access_token", "abc", "token_type", "Bearer"), Scope.API);

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "HIT                 | PT59.9S | false | hit; ttl=59",
            "STALE               | PT-30S  | false | hit; detail=stale; ttl=-30",
            "STALE_AFTER_FAILURE | PT-30S  | false | fwd=stale; detail=stale; ttl=-30",
            "MISS                | PT3540S | false | fwd=miss; stored; ttl=3540",
            "MISS                | PT3540S | true  | fwd=miss; stored; collapsed; ttl=3540",
            "MISS                | -       | false | fwd=miss",
            "REPLACED            | PT3540S | false | fwd=stale; stored; ttl=3540",
            "REQUESTED           | PT3540S | false | fwd=request; stored; ttl=3540",
            "BYPASS              | -       | true  | fwd=bypass; collapsed",
    })
    void headerDescribesTheOriginOfATokenAsInRfc9211(Source source, Duration freshFor, boolean shared, String parameters) {
        assertThat(CacheStatusHeader.of(new IssuedToken(TOKEN, source, Optional.ofNullable(freshFor), shared)))
                .isEqualTo("lean-authentication-tokens; " + parameters);
    }

    @Test
    void tokensOfRequestsToLeanAreFromLean() {
        assertThat(Source.values()).filteredOn(Source::isFromLean)
                .containsExactly(Source.MISS, Source.REPLACED, Source.REQUESTED, Source.BYPASS);
    }
}
