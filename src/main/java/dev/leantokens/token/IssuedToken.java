package dev.leantokens.token;

import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Function;

import io.smallrye.mutiny.Uni;

/**
 * A token issued to a caller, and how it was obtained.
 *
 * @param token the token, with the current {@code expires_in}
 * @param source where it was obtained, and why there
 * @param freshFor how many seconds the cache serves it: its remaining validity less the minimum, rounded down, negative if it
 *        has less than that; empty if it is not cached
 * @param expiresAt when it expires, as in RFC 3339, in ASCII; empty if Lean did not say
 * @param shared whether the caller waited for a call to Lean that another request had started
 * @param cacheStatus the same as a value of the header {@code Cache-Status} (RFC 9211)
 */
public record IssuedToken(AccessToken token, Source source, OptionalLong freshFor, CharSequence expiresAt, boolean shared,
        CharSequence cacheStatus)
        implements
            Issuance {

    public IssuedToken(AccessToken token, Source source, OptionalLong freshFor, CharSequence expiresAt, boolean shared) {
        this(token, source, freshFor, expiresAt, shared, CacheStatus.of(source, freshFor, shared));
    }

    @Override
    public <T> Uni<T> map(Function<IssuedToken, T> answer) {
        return Uni.createFrom().item(answer.apply(this));
    }

    @Override
    public <T> Uni<T> map(Function<IssuedToken, T> answer, Function<Throwable, T> error) {
        return map(answer);
    }

    @Override
    public Issuance whenDone(BiConsumer<IssuedToken, Throwable> done) {
        done.accept(this, null);
        return this;
    }

    /** Where a token was obtained. */
    public enum Source {
        /** The cache. */
        HIT,
        /** The store: another replica has obtained it. */
        SHARED,
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
                case HIT, SHARED, STALE, STALE_AFTER_FAILURE -> false;
                case MISS, REPLACED, REQUESTED, BYPASS -> true;
            };
        }
    }
}
