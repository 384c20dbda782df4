package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;

import org.junit.jupiter.api.Test;

class LeanBreakerTest {

    /** As it is when there was neither time nor budget left to try a new connection. */
    @Test
    void staleConnectionSaysNothingOfLean() {
        assertThat(LeanBreaker.isOfLean(LeanFailure.translate(new StaleConnectionException("it stayed silent")))).isFalse();
    }

    @Test
    void leanThatCannotBeReachedCounts() {
        assertThat(LeanBreaker.isOfLean(LeanFailure.translate(new ConnectException("Connection refused")))).isTrue();
    }

    @Test
    void faultOfThisServiceSaysNothingOfLean() {
        assertThat(LeanBreaker.isOfLean(LeanFailure.translate(new IllegalStateException()))).isFalse();
    }
}
