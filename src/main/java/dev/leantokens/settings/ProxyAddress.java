package dev.leantokens.settings;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a forward proxy.
 *
 * @param host a name, or an IP address with the brackets of IPv6
 */
public record ProxyAddress(String host, int port) {

    private static final Pattern URL = Pattern.compile("(?i)http://([a-z0-9._-]+|\\[[0-9a-f:.]+]):(\\d{1,5})/?");

    /** @return empty if the text is not http://host:port; a name and a password are not part of it */
    public static Optional<ProxyAddress> parse(String text) {
        Matcher url = URL.matcher(text.strip());
        int port = url.matches() ? Integer.parseInt(url.group(2)) : 0;
        return port > 0 && port <= SettingRule.HIGHEST_PORT ? Optional.of(new ProxyAddress(url.group(1), port))
                : Optional.empty();
    }

    /** Leaves out the host. */
    @Override
    public String toString() {
        return "ProxyAddress[port=" + port + "]";
    }
}
