package dev.leantokens.lean;

import static dev.leantokens.settings.SettingRule.require;

import java.math.BigInteger;
import java.time.Duration;

import jakarta.inject.Singleton;

import dev.leantokens.settings.SettingsCheck;
import io.quarkus.runtime.configuration.ConfigurationException;

/** The rules for the settings of this package. {@link LeanAccount} has those for the account. */
@Singleton
final class LeanConfigRules implements SettingsCheck {

    /** Servers store the ids of assertions until they expire. */
    private static final Duration MAX_ASSERTION_LIFETIME = Duration.ofMinutes(10);
    private static final Duration MAX_TIME = Duration.ofHours(24);
    private static final int MAX_RESPONSE_SIZE = 1 << 30;
    /** The breaker allocates memory for each. */
    private static final int MAX_BREAKER_REQUEST_VOLUME = 1_000_000;

    private final LeanConfig config;

    LeanConfigRules(LeanConfig config) {
        this.config = config;
    }

    @Override
    public void check() {
        check(config);
        if (config.environment() != LeanConfig.Environment.STAND_IN) {
            ServiceLeanCredentials.checkKey(LeanAccount.of(config), config);
        }
    }

    /** @throws ConfigurationException if a rule is broken; the message is for an operator and names the variable */
    static void check(LeanConfig config) {
        requireTime("LEAN_CONNECT_TIMEOUT", config.connectTimeout());
        requireTime("LEAN_REQUEST_TIMEOUT", config.requestTimeout());
        requirePositive("LEAN_MAX_CONNECTIONS", config.maxConnections());
        requireBetween("LEAN_MAX_RESPONSE_SIZE", config.maxResponseSize().asBigInteger(), 1, MAX_RESPONSE_SIZE);
        requirePositive("LEAN_REQUESTS_PER_MINUTE", config.requestsPerMinute());
        requirePositive("LEAN_MAX_ATTEMPTS", config.maxAttempts());
        requireTime("LEAN_RETRY_DELAY", config.retryDelay());
        requireBetween("LEAN_BREAKER_REQUEST_VOLUME", BigInteger.valueOf(config.breakerRequestVolume()), 1,
                MAX_BREAKER_REQUEST_VOLUME);
        requireTime("LEAN_BREAKER_DELAY", config.breakerDelay());
        requireTime("LEAN_CONNECTION_LIFETIME", config.connectionLifetime());
        requireTime("LEAN_CONNECTION_IDLE_TIME", config.connectionIdleTime());
        require(config.connectionIdleTime().toSeconds() > 0, "LEAN_CONNECTION_IDLE_TIME must be at least 1s");
        requireTime("LEAN_DEADLINE", config.deadline());
        require(config.assertionLifetime().toSeconds() > 0
                && config.assertionLifetime().compareTo(MAX_ASSERTION_LIFETIME) <= 0,
                "LEAN_ASSERTION_LIFETIME must be from 1s to " + MAX_ASSERTION_LIFETIME.toMinutes() + "m");
        LeanProxy.of(config);
        require(config.connectTimeout().compareTo(config.requestTimeout()) <= 0,
                "LEAN_CONNECT_TIMEOUT must not be longer than LEAN_REQUEST_TIMEOUT, which includes it");
        require(config.requestTimeout().compareTo(config.deadline()) <= 0,
                "LEAN_DEADLINE must not be shorter than LEAN_REQUEST_TIMEOUT: no call could be made");
        require(config.retryDelay().compareTo(config.deadline()) < 0,
                "LEAN_RETRY_DELAY must be shorter than LEAN_DEADLINE: no call could be retried");
        require(config.breakerFailureRatio() > 0 && config.breakerFailureRatio() <= 1,
                "LEAN_BREAKER_FAILURE_RATIO must be greater than 0 and at most 1");
    }

    private static void requirePositive(String variable, long value) {
        require(value > 0, variable + " must be greater than 0");
    }

    private static void requireTime(String variable, Duration value) {
        // The HTTP client takes whole milliseconds.
        require(value.compareTo(Duration.ofMillis(1)) >= 0 && value.compareTo(MAX_TIME) <= 0,
                variable + " must be from 1ms to " + MAX_TIME.toHours() + "h; a number without a unit is in seconds");
    }

    private static void requireBetween(String variable, BigInteger value, int least, int most) {
        require(value.compareTo(BigInteger.valueOf(least)) >= 0 && value.compareTo(BigInteger.valueOf(most)) <= 0,
                variable + " must be from " + least + " to " + most);
    }
}
