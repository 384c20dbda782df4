package dev.leantokens.token;

import java.util.Objects;

/**
 * What a caller gets.
 *
 * @param token the token, with the {@code expires_in} of this moment
 * @param cacheStatus how it was come by
 */
public record IssuedToken(AccessToken token, CacheStatus cacheStatus) {

    public IssuedToken {
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(cacheStatus, "cacheStatus");
    }
}
