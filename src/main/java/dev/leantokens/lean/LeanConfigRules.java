package dev.leantokens.lean;

import io.quarkus.runtime.configuration.ConfigurationException;

/** What must hold for the settings of this package, each and together. Those of the account are {@link LeanAccount}'s. */
final class LeanConfigRules {

    private LeanConfigRules() {
    }

    /** @throws ConfigurationException if they contradict themselves; the message is for an operator and names the variable */
    static void check(LeanConfig config) {
        requirePositive("LEAN_CONNECT_TIMEOUT", config.connectTimeout().toMillis());
        requirePositive("LEAN_REQUEST_TIMEOUT", config.requestTimeout().toMillis());
        requirePositive("LEAN_MAX_CONNECTIONS", config.maxConnections());
        requirePositive("LEAN_MAX_RESPONSE_SIZE", config.maxResponseSize().asLongValue());
        requirePositive("LEAN_REQUESTS_PER_MINUTE", config.requestsPerMinute());
        requirePositive("LEAN_MAX_ATTEMPTS", config.maxAttempts());
        requirePositive("LEAN_RETRY_DELAY", config.retryDelay().toMillis());
        requirePositive("LEAN_BREAKER_CALLS", config.breakerCalls());
        requirePositive("LEAN_BREAKER_DELAY", config.breakerDelay().toMillis());
        require(config.connectTimeout().compareTo(config.requestTimeout()) <= 0,
                "LEAN_CONNECT_TIMEOUT is longer than LEAN_REQUEST_TIMEOUT, which includes it");
        require(config.requestTimeout().compareTo(config.deadline()) <= 0,
                "LEAN_DEADLINE is shorter than LEAN_REQUEST_TIMEOUT: no call could be made");
        require(config.retryDelay().compareTo(config.deadline()) < 0,
                "LEAN_RETRY_DELAY is not shorter than LEAN_DEADLINE: no call could be made again");
        require(config.breakerFailureRatio() > 0 && config.breakerFailureRatio() <= 1,
                "LEAN_BREAKER_FAILURE_RATIO must be more than 0 and at most 1");
    }

    private static void requirePositive(String variable, long value) {
        require(value > 0, variable + " must be more than nothing");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ConfigurationException(otherwise);
        }
    }
}
