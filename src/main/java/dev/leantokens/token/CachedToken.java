package dev.leantokens.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A token and the time at which it expires, calculated from before the request to Lean, so that it is never too late.
 * Thread-safe.
 */
public final class CachedToken {

    /** Longer lifetimes are shortened to this one, so that calculations cannot overflow. */
    private static final Duration MAX_LIFETIME = Duration.ofDays(365);

    /** A token with less validity is useless: its {@code expires_in} would be 0. */
    private static final Duration MIN_REMAINING = Duration.ofSeconds(1);

    private final AccessToken token;
    private final Instant requestedAt;
    private final Instant expiresAt;

    /** The response served last; all callers within one second get the same. */
    private volatile Served served;
    private volatile Instant replaceableFrom = Instant.MIN;

    private record Served(long expiresIn, AccessToken token) {
    }

    private CachedToken(AccessToken token, Instant requestedAt, Instant expiresAt) {
        this.token = token;
        this.requestedAt = requestedAt;
        this.expiresAt = expiresAt;
        this.served = new Served(-1, token);
    }

    /**
     * @param requestedAt when the token was requested from Lean
     * @return empty if Lean did not say how long the token is valid
     */
    static Optional<CachedToken> of(AccessToken token, Instant requestedAt) {
        return token.expiresIn().map(lifetime -> new CachedToken(token, requestedAt,
                requestedAt.plus(lifetime.compareTo(MAX_LIFETIME) > 0 ? MAX_LIFETIME : lifetime)));
    }

    /** @return the token with its remaining {@code expires_in}, rounded down to seconds */
    AccessToken at(Instant now) {
        long seconds = Math.max(0, remaining(now).toSeconds());
        Served last = served;
        if (last.expiresIn() != seconds) {
            last = new Served(seconds, token.withExpiresIn(seconds));
            served = last;
        }
        return last.token();
    }

    /** @return the time from which the token must not be served */
    public Instant expiresAt() {
        return expiresAt;
    }

    boolean isFor(Scope scope) {
        return token.isFor(scope);
    }

    Duration lifetime() {
        return Duration.between(requestedAt, expiresAt);
    }

    Duration remaining(Instant now) {
        return Duration.between(now, expiresAt);
    }

    boolean isExpired(Instant now) {
        return remaining(now).compareTo(MIN_REMAINING) < 0;
    }

    boolean isYoungerThan(Duration age, Instant now) {
        return Duration.between(requestedAt, now).compareTo(age) < 0;
    }

    /** Postpones the replacement of this token, after an attempt to replace it failed. */
    void postponeReplacement(Instant until) {
        replaceableFrom = until;
    }

    boolean isReplaceable(Instant now) {
        return !now.isBefore(replaceableFrom);
    }

    /**
     * @return the approximate memory in bytes: the members, their text, the text with another {@code expires_in}, and the same
     *         escaped for MCP
     */
    public int size() {
        return 600 + 4 * token.bytes().length;
    }

    /** Excludes the token. */
    @Override
    public String toString() {
        return "CachedToken[expiresAt=" + expiresAt + "]";
    }
}
