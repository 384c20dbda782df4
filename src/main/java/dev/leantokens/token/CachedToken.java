package dev.leantokens.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A token with the time until which it is valid. That is reckoned from before Lean was asked, so that it is never too late.
 * Thread-safe.
 */
public final class CachedToken {

    /** A lifetime that is longer is taken for this one, lest reckoning with it goes wrong. */
    private static final Duration LONGEST_LIFETIME = Duration.ofDays(365);

    /** With less left there is nothing to be done with a token: its expires_in would be 0. */
    private static final Duration SHORTEST_REST = Duration.ofSeconds(1);

    private final AccessToken token;
    private final Instant askedAt;
    private final Instant expiresAt;

    /** What was given out last: within a second it is the same for all. */
    private volatile Served served;
    private volatile Instant replaceableFrom = Instant.MIN;

    private record Served(long expiresIn, AccessToken token) {
    }

    private CachedToken(AccessToken token, Instant askedAt, Instant expiresAt) {
        this.token = token;
        this.askedAt = askedAt;
        this.expiresAt = expiresAt;
        this.served = new Served(-1, token);
    }

    /**
     * @param askedAt when Lean was asked for it
     * @return empty if Lean did not say how long it is valid
     */
    static Optional<CachedToken> of(AccessToken token, Instant askedAt) {
        return token.expiresIn().map(lifetime -> new CachedToken(token, askedAt,
                askedAt.plus(lifetime.compareTo(LONGEST_LIFETIME) > 0 ? LONGEST_LIFETIME : lifetime)));
    }

    /** @return the token with what is left of its {@code expires_in}, rounded down to seconds */
    AccessToken at(Instant now) {
        long seconds = Math.max(0, left(now).toSeconds());
        Served last = served;
        if (last.expiresIn() != seconds) {
            last = new Served(seconds, token.withExpiresIn(seconds));
            served = last;
        }
        return last.token();
    }

    /** @return from when on it must not be given out any more */
    public Instant expiresAt() {
        return expiresAt;
    }

    boolean isFor(Scope scope) {
        return token.isFor(scope);
    }

    Duration lifetime() {
        return Duration.between(askedAt, expiresAt);
    }

    Duration left(Instant now) {
        return Duration.between(now, expiresAt);
    }

    boolean isExpired(Instant now) {
        return left(now).compareTo(SHORTEST_REST) < 0;
    }

    boolean isYoungerThan(Duration age, Instant now) {
        return Duration.between(askedAt, now).compareTo(age) < 0;
    }

    /** Lean was asked for another one in vain: until then it need not be asked again. */
    void keepUntil(Instant replaceable) {
        replaceableFrom = replaceable;
    }

    boolean isReplaceable(Instant now) {
        return !now.isBefore(replaceableFrom);
    }

    /** @return about how many bytes of memory it takes: its text, the same with another expires_in, its members */
    public int size() {
        return 600 + 3 * token.json().length();
    }

    /** Never the token. */
    @Override
    public String toString() {
        return "CachedToken[expiresAt=" + expiresAt + "]";
    }
}
