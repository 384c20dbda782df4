package dev.leantokens.token;

import java.util.List;
import java.util.Locale;

/** What a caller says about caching (RFC 9111 §5.2.1), as far as it means something here. */
public enum CacheControl {
    /** A token from the cache will do. */
    ANY,
    /** {@code no-cache}: a fresh token, for one that Lean's API did not take. */
    NO_CACHE;

    /**
     * @param headers the {@code Cache-Control} headers of the request, of which there may be none
     */
    public static CacheControl of(List<String> headers) {
        for (String header : headers) {
            for (String directive : header.split(",")) {
                if (directive.strip().toLowerCase(Locale.ROOT).equals("no-cache")) {
                    return NO_CACHE;
                }
            }
        }
        return ANY;
    }
}
