package dev.leantokens.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class TrafficMetersTest {

    @Test
    void staleTokensAreFromTheCache() {
        MeterRegistry registry = new SimpleMeterRegistry();
        int requests = 1;
        for (String outcome : new String[] { "hit", "stale", "miss", "shared", "refreshed", "error" }) {
            registry.counter("token.requests", "adapter", "rest", "outcome", outcome).increment(requests);
            requests *= 10;
        }

        TrafficSample sample = new TrafficMeters(registry).sample();

        assertThat(sample.hits()).isEqualTo(11);
        assertThat(sample.others()).isEqualTo(11_100);
        assertThat(sample.errors()).isEqualTo(100_000);
    }
}
