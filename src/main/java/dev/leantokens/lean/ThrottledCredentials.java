package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Leaves credentials alone that Lean throttles, for as long as Lean says. Only these: a caller can send any client id with a
 * wrong secret, and must not be able to pause the id for clients with the right one. If Lean throttles by client id,
 * each of its users finds that out by its own call. Thread-safe.
 */
@RegisterForReflection(classNames = {
        // Caffeine finds by name the classes that its settings here need.
        "com.github.benmanes.caffeine.cache.SSMSW", "com.github.benmanes.caffeine.cache.PSWMS" })
final class ThrottledCredentials {

    static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** More would be forgotten early, which costs a call that Lean throttles again. */
    private static final int MAX_SIZE = 10_000;

    private final Clock clock;
    /** Of callers' credentials. */
    private final Cache<String, Instant> pauses;
    /** The pause of the service's own credentials, kept when their secret is replaced. Callers' pauses cannot evict it. */
    private final AtomicReference<Instant> servicesPause = new AtomicReference<>(Instant.EPOCH);

    ThrottledCredentials(Clock clock) {
        this.clock = clock;
        this.pauses = Caffeine.newBuilder()
                .maximumSize(MAX_SIZE)
                .expireAfterWrite(LONGEST_PAUSE)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build();
    }

    /** @throws TokenException if Lean throttles the credentials of this request, with the time that is left */
    void requireNoPause(UpstreamTokenRequest request) {
        Duration left = left(request.owner() == CredentialsOwner.SERVICE ? servicesPause.get()
                : pauses.getIfPresent(request.fingerprint()));
        if (left.compareTo(Duration.ZERO) > 0) {
            throw TokenError.THROTTLED.because("Lean throttles its token requests").retryAfter(left);
        }
    }

    /** Pauses the credentials of this request for this long, for {@link #LONGEST_PAUSE} at most. */
    void pause(UpstreamTokenRequest request, Duration wait) {
        Instant until = clock.instant().plus(wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE);
        if (request.owner() == CredentialsOwner.SERVICE) {
            servicesPause.accumulateAndGet(until, ThrottledCredentials::later);
        } else {
            pauses.asMap().merge(request.fingerprint(), until, ThrottledCredentials::later);
        }
    }

    /** @return whether Lean throttles the service's own credentials */
    boolean isServicePaused() {
        return left(servicesPause.get()).compareTo(Duration.ZERO) > 0;
    }

    /** @param until null if there is no pause */
    private Duration left(Instant until) {
        return until == null ? Duration.ZERO : Duration.between(clock.instant(), until);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
