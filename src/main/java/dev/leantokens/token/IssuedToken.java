package dev.leantokens.token;

import java.time.Duration;
import java.util.Optional;

/**
 * A token issued to a caller, and how it was obtained, for the {@code Cache-Status} of RFC 9211.
 *
 * @param token the token, with the current {@code expires_in}
 * @param source where it was obtained, and why there
 * @param freshFor how long the cache serves it: its remaining validity less the minimum, negative if it has less than that;
 *        empty if it is not cached
 * @param shared whether the caller waited for a call to Lean that another request had started
 */
public record IssuedToken(AccessToken token, Source source, Optional<Duration> freshFor, boolean shared) {

    /** Where a token was obtained. */
    public enum Source {
        /** The cache. */
        HIT,
        /** The cache, with less than the minimum validity: Lean failed a moment ago and was not asked. */
        STALE,
        /** The cache, with less than the minimum validity: Lean was asked and did not issue another in time. */
        STALE_AFTER_FAILURE,
        /** Lean: none was cached. */
        MISS,
        /** Lean: the cached one had less than the minimum validity. */
        REPLACED,
        /** Lean: the caller requested a fresh one. */
        REQUESTED,
        /** Lean: the cache is disabled. */
        BYPASS;

        /** @return whether Lean issued the token for this request, or for another just before */
        public boolean isFromLean() {
            return switch (this) {
                case HIT, STALE, STALE_AFTER_FAILURE -> false;
                case MISS, REPLACED, REQUESTED, BYPASS -> true;
            };
        }
    }
}
