package dev.leantokens.error;

import java.time.Instant;

/**
 * A kind of error that has occurred since the start. Says nothing about callers.
 *
 * @param origin where the requests came from
 * @param count how often it has occurred since the start
 * @param last when it occurred last
 */
public record RecentError(Origin origin, TokenError error, long count, Instant last) {
}
