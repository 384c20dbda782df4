package dev.leantokens.token;

import java.util.OptionalLong;

import dev.leantokens.token.IssuedToken.Source;
import io.netty.util.AsciiString;

/** Writes the value of a {@code Cache-Status} header (RFC 9211), which states how the token was obtained. */
final class CacheStatus {

    private static final String CACHE = "lean-authentication-tokens; ";

    private CacheStatus() {
    }

    static CharSequence of(Source source, OptionalLong freshFor, boolean shared) {
        StringBuilder value = new StringBuilder(CACHE).append(switch (source) {
            case HIT -> "hit";
            case SHARED -> "hit; detail=shared";
            case STALE -> "hit; detail=stale";
            case STALE_AFTER_FAILURE -> "fwd=stale; detail=stale";
            case MISS -> "fwd=miss";
            case REPLACED -> "fwd=stale";
            case REQUESTED -> "fwd=request";
            case BYPASS -> "fwd=bypass";
        });
        if (source.isFromLean() && freshFor.isPresent()) {
            value.append("; stored");
        }
        if (shared) {
            value.append("; collapsed");
        }
        if (freshFor.isPresent()) {
            value.append("; ttl=").append(freshFor.getAsLong());
        }
        // Responses copy its bytes, where they would encode a string character by character.
        return new AsciiString(value);
    }
}
