package dev.leantokens.rest;

import java.time.Duration;

import dev.leantokens.token.IssuedToken;

/** Writes a {@code Cache-Status} header (RFC 9211), which states how the token was obtained. */
final class CacheStatusHeader {

    static final String NAME = "Cache-Status";

    private static final String CACHE = "lean-authentication-tokens; ";

    private CacheStatusHeader() {
    }

    static String of(IssuedToken issued) {
        StringBuilder header = new StringBuilder(CACHE).append(switch (issued.source()) {
            case HIT -> "hit";
            case STALE -> "hit; detail=stale";
            case STALE_AFTER_FAILURE -> "fwd=stale; detail=stale";
            case MISS -> "fwd=miss";
            case REPLACED -> "fwd=stale";
            case REQUESTED -> "fwd=request";
            case BYPASS -> "fwd=bypass";
        });
        if (issued.source().isFromLean() && issued.freshFor().isPresent()) {
            header.append("; stored");
        }
        if (issued.shared()) {
            header.append("; collapsed");
        }
        if (issued.freshFor().isPresent()) {
            header.append("; ttl=").append(issued.freshFor().map(Duration::toSeconds).get());
        }
        return header.toString();
    }
}
