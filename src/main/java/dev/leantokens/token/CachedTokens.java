package dev.leantokens.token;

import java.time.Instant;

/**
 * The cached tokens of one kind.
 *
 * @param count at least 1
 * @param earliestExpiry when the first of them expires
 */
public record CachedTokens(Kind kind, int count, Instant earliestExpiry) {

    /** The kind of a scope, without a customer's id. */
    public enum Kind {
        API,
        CUSTOMER,
        /** A scope that is only issued by a setting. */
        OTHER
    }
}
