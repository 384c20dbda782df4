package dev.leantokens.token;

import java.util.List;
import java.util.Locale;

/** The request directives for caching (RFC 9111 §5.2.1) that this service supports. */
public enum CacheControl {
    /** A cached token is acceptable. */
    ANY,
    /** {@code no-cache}: a fresh token, to replace one that Lean's API rejected. */
    NO_CACHE;

    /** @param headers the {@code Cache-Control} headers of the request, possibly none */
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
