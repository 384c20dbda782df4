package dev.leantokens.lean;

import java.util.OptionalLong;

import jakarta.inject.Singleton;

import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.smallrye.faulttolerance.api.CircuitBreakerState;

/** What operators see of the calls to Lean and of their limits. Makes no call. Thread-safe. */
@Singleton
public final class LeanOverview {

    private final LeanConfig config;
    private final CallGuard guard;

    LeanOverview(LeanConfig config, CallGuard guard) {
        this.config = config;
        this.guard = guard;
    }

    /** @return the configured name of Lean's environment; {@code LEAN_URL} if that setting replaces it */
    public String environment() {
        return config.url().isPresent() ? "LEAN_URL" : config.environment().configuredName();
    }

    /** @return the calls that are left now for the service's client id; empty if it has none */
    public OptionalLong callsLeft() {
        double left = guard.serviceCallsLeft();
        return Double.isNaN(left) ? OptionalLong.empty() : OptionalLong.of((long) left);
    }

    /** @return the limit of calls for one client id */
    public int callsPerMinute() {
        return config.requestsPerMinute();
    }

    /** @return the common state of the breakers for calls with these credentials */
    public CircuitBreakerState breakerState(CredentialsOwner owner) {
        return guard.breakerState(owner);
    }
}
