package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import com.github.benmanes.caffeine.cache.Cache;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Remembers the credentials that Lean throttles, for as long as Lean says. It does not pause the client id as a whole: a caller
 * can send any client id with a wrong secret, and must not pause it for callers with the right one. If Lean throttles by client
 * id, the first call with each secret shows it. Thread-safe.
 */
@RegisterForReflection(classNames = {
        // Caffeine loads the classes for the settings below by name.
        "com.github.benmanes.caffeine.cache.SSMSW", "com.github.benmanes.caffeine.cache.PSWMS" })
final class ThrottledCredentials {

    /** The same for calls that Lean throttles and for those that are not made. */
    static final String REASON = "Lean throttles the token requests of this client";

    private static final Duration MAX_PAUSE = SharedBudget.LONGEST_PAUSE;

    /** The number of callers' credentials. Others are evicted early, which costs one more throttled call each. */
    private static final int MAX_SIZE = 10_000;

    private final Clock clock;
    /** The ends of the pauses of callers' credentials. */
    private final Cache<String, Instant> callersPauses;
    /** The end of the pause of the service's credentials. Callers' pauses do not evict it, and it outlives a rotated secret. */
    private final AtomicReference<Instant> servicePause = new AtomicReference<>(Instant.EPOCH);

    ThrottledCredentials(Clock clock) {
        this.clock = clock;
        this.callersPauses = LeanBreaker.bounded(MAX_SIZE, clock).expireAfterWrite(MAX_PAUSE).build();
    }

    /** @throws TokenException if Lean throttles the credentials of this request, with the time to wait */
    void requireNoPause(UpstreamTokenRequest request) {
        Duration left = left(request.owner() == CredentialsOwner.SERVICE ? servicePause.get()
                : callersPauses.getIfPresent(request.fingerprint()));
        if (left.compareTo(Duration.ZERO) > 0) {
            throw TokenError.THROTTLED.because(REASON).retryAfter(left);
        }
    }

    /** Pauses the credentials of this request, for a minute at most. */
    void pause(UpstreamTokenRequest request, Duration wait) {
        Instant until = clock.instant().plus(limited(wait));
        if (request.owner() == CredentialsOwner.SERVICE) {
            servicePause.accumulateAndGet(until, ThrottledCredentials::later);
        } else {
            callersPauses.asMap().merge(request.fingerprint(), until, ThrottledCredentials::later);
        }
    }

    /** @return the fingerprint under which a pause is remembered; empty for the service, which is paused as a whole */
    static Optional<String> credentials(UpstreamTokenRequest request) {
        return request.owner() == CredentialsOwner.SERVICE ? Optional.empty() : Optional.of(request.fingerprint());
    }

    /** @return how long Lean's credentials are paused */
    static Duration limited(Duration wait) {
        return wait.compareTo(MAX_PAUSE) < 0 ? wait : MAX_PAUSE;
    }

    /** @return whether Lean throttles the service's own credentials */
    boolean isServicePaused() {
        return left(servicePause.get()).compareTo(Duration.ZERO) > 0;
    }

    /** @param until the end of the pause; null if the credentials are not paused */
    private Duration left(Instant until) {
        return until == null ? Duration.ZERO : Duration.between(clock.instant(), until);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
