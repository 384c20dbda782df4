package dev.leantokens.rest;

import java.time.Duration;

import dev.leantokens.token.CacheStatus;

/** Writes a {@code Cache-Status} header (RFC 9211), which says how a token was come by. */
final class CacheStatusHeader {

    static final String NAME = "Cache-Status";

    private static final String CACHE = "lean-authentication-tokens; ";

    private CacheStatusHeader() {
    }

    static String of(CacheStatus status) {
        StringBuilder header = new StringBuilder(CACHE).append(switch (status.source()) {
            case HIT -> "hit";
            case STALE -> "hit; detail=stale";
            case STALE_AFTER_FAILURE -> "fwd=stale; detail=stale";
            case MISS -> "fwd=miss";
            case REPLACED -> "fwd=stale";
            case REQUESTED -> "fwd=request";
            case BYPASS -> "fwd=bypass";
        });
        if (status.isFromLean() && status.freshFor().isPresent()) {
            header.append("; stored");
        }
        if (status.shared()) {
            header.append("; collapsed");
        }
        if (status.freshFor().isPresent()) {
            header.append("; ttl=").append(status.freshFor().map(Duration::toSeconds).get());
        }
        return header.toString();
    }
}
