package dev.leantokens.token;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a token was come by, for the {@code Cache-Status} of RFC 9211.
 *
 * @param source where it comes from, and why from there
 * @param freshFor for how long the cache gives it out: its validity less the minimum; negative if it has less than that.
 *        Empty if it is not kept
 * @param shared whether a call to Lean that another request had begun was waited for
 */
public record CacheStatus(Source source, Optional<Duration> freshFor, boolean shared) {

    public CacheStatus {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(freshFor, "freshFor");
    }

    /** @return whether Lean gave the token for this request, or for another that came just before */
    public boolean isFromLean() {
        return switch (source) {
            case HIT, STALE, STALE_AFTER_FAILURE -> false;
            case MISS, REPLACED, REQUESTED, BYPASS -> true;
        };
    }

    /** Where a token comes from. */
    public enum Source {
        /** From the cache. */
        HIT,
        /** From the cache, with less validity than the minimum: Lean failed a moment ago and was not asked. */
        STALE,
        /** From the cache, with less validity than the minimum: Lean was asked and could not give another in time. */
        STALE_AFTER_FAILURE,
        /** From Lean: there was none. */
        MISS,
        /** From Lean: the one in the cache had less validity than the minimum. */
        REPLACED,
        /** From Lean: the caller asked for a fresh one. */
        REQUESTED,
        /** From Lean: nothing is kept here. */
        BYPASS
    }
}
