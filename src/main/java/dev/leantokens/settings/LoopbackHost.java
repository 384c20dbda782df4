package dev.leantokens.settings;

import java.util.Locale;
import java.util.Set;

/** The host names that always mean this machine, in settings, URLs and headers. */
public final class LoopbackHost {

    /** The names in the form of a URL or a {@code Host} header, in lower case and without a port. */
    public static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private LoopbackHost() {
    }

    /** @return whether a host is one of {@link #NAMES}, in any case, and with or without the brackets of IPv6 */
    public static boolean isLoopback(String host) {
        return "::1".equals(host) || NAMES.contains(host.toLowerCase(Locale.ROOT));
    }
}
