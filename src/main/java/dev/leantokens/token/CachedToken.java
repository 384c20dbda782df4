package dev.leantokens.token;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;

import dev.leantokens.token.IssuedToken.Source;
import io.netty.util.AsciiString;

/**
 * A token and the time at which it expires, calculated from before the request to Lean, so that it is never too late. Times are
 * milliseconds of the {@link java.time.Clock}. Thread-safe.
 */
public final class CachedToken {

    /** Longer lifetimes are shortened to this one, so that calculations cannot overflow. */
    private static final Duration MAX_LIFETIME = Duration.ofDays(365);

    /** In milliseconds. */
    static final long SECOND = 1000;

    private final AccessToken token;
    private final long requestedAt;
    private final long expiresAt;
    private final CharSequence expiry;
    private final boolean shared;

    /** The token issued last; all callers within one second get the same. */
    private volatile IssuedToken issued;
    private volatile long replaceableFrom = Long.MIN_VALUE;
    private volatile boolean expired;

    private CachedToken(AccessToken token, long requestedAt, Duration lifetime, boolean shared) {
        this.token = token;
        this.requestedAt = requestedAt;
        this.expiresAt = requestedAt + lifetime.toMillis();
        this.expiry = new AsciiString(Instant.ofEpochMilli(expiresAt).truncatedTo(ChronoUnit.SECONDS).toString());
        this.shared = shared;
    }

    /**
     * @param requestedAt when the token was requested from Lean
     * @return empty if Lean did not say how long the token is valid
     */
    static Optional<CachedToken> of(AccessToken token, Instant requestedAt) {
        return lifetime(token).map(lifetime -> new CachedToken(token, requestedAt.toEpochMilli(), lifetime, false));
    }

    private static Optional<Duration> lifetime(AccessToken token) {
        return token.expiresIn().map(lifetime -> lifetime.compareTo(MAX_LIFETIME) > 0 ? MAX_LIFETIME : lifetime);
    }

    /**
     * @param token a token of another replica, as Lean issued it
     * @param remaining how long it is valid from now on, at most its lifetime
     * @param now the current time
     * @return empty if Lean did not say how long the token is valid
     */
    public static Optional<CachedToken> shared(AccessToken token, Duration remaining, Instant now) {
        return lifetime(token).map(lifetime -> new CachedToken(token,
                now.plus(remaining).minus(lifetime).toEpochMilli(), lifetime, true));
    }

    /** @return the token as Lean issued it */
    public AccessToken original() {
        return token;
    }

    /** @return the token with its remaining {@code expires_in}, rounded down to seconds */
    AccessToken at(long now) {
        return token.withExpiresIn(expiresIn(now));
    }

    /**
     * @param minimum the minimum validity
     * @return the token as {@link #at} returns it
     */
    IssuedToken issue(Source source, long now, long minimum) {
        long freshFor = freshFor(now, minimum);
        IssuedToken last = issued;
        if (last == null || last.source() != source || last.freshFor().getAsLong() != freshFor
                || !last.token().hasExpiresIn(expiresIn(now))) {
            last = new IssuedToken(at(now), source, OptionalLong.of(freshFor), expiry, false);
            issued = last;
        }
        return last;
    }

    /** @return the seconds until the token has less than the minimum validity, see {@link IssuedToken#freshFor} */
    long freshFor(long now, long minimum) {
        return Math.floorDiv(remaining(now) - minimum, SECOND);
    }

    private long expiresIn(long now) {
        return Math.max(0, remaining(now)) / SECOND;
    }

    /** @return the time from which the token must not be served */
    public Instant expiresAt() {
        return Instant.ofEpochMilli(expiresAt);
    }

    /** @return {@link #expiresAt} as in RFC 3339, in whole seconds; rendered once, as the audit has it for each caller */
    CharSequence expiry() {
        return expiry;
    }

    boolean isFor(Scope scope) {
        return token.isFor(scope);
    }

    /** @return how long the token was valid when it was requested, in milliseconds */
    public long lifetime() {
        return expiresAt - requestedAt;
    }

    long remaining(long now) {
        return expiresAt - now;
    }

    /** A token with less than a second is useless: its {@code expires_in} would be 0. */
    boolean isExpired(long now) {
        return expired || remaining(now) < SECOND;
    }

    /** Makes the token count as expired from now on. */
    public void expire() {
        expired = true;
    }

    /** @return whether another replica has obtained it */
    boolean isShared() {
        return shared;
    }

    boolean isYoungerThan(long age, long now) {
        return now - requestedAt < age;
    }

    /** Postpones the replacement of this token, after an attempt to replace it failed. */
    void postponeReplacement(long until) {
        replaceableFrom = until;
    }

    boolean isReplaceable(long now) {
        return now >= replaceableFrom;
    }

    /** @return the approximate memory in bytes: the text, the same with another {@code expires_in}, and that escaped for MCP */
    public int size() {
        return 700 + 3 * token.bytes().length;
    }

    /** Excludes the token. */
    @Override
    public String toString() {
        return "CachedToken[expiresAt=" + expiresAt + "]";
    }
}
