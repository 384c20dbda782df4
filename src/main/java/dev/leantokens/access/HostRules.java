package dev.leantokens.access;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.leantokens.settings.LoopbackHost;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Refuses DNS rebinding: a web page can make its visitor's browser resolve the page's own name to 127.0.0.1 and so
 * reach a service that trusts the loopback interface, but it cannot change the {@code Host} and {@code Origin} that
 * the browser then sends. Refuses requests of foreign web pages, too, by the headers that the browser adds. Immutable.
 */
final class HostRules {

    /** Without the dot of the root, so it ends in a label. */
    private static final Pattern HOST_NAME = Pattern.compile("[a-z0-9._-]*[a-z0-9_-]|\\[[0-9a-f:.]+]");

    /** Of a web page, or of an extension of a browser. */
    private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://(" + HOST_NAME + ")(:\\d{1,5})?");

    private static final String AUTHORITY = "://";

    /** Browsers leave them out (RFC 6454 §6.2). */
    private static final Map<String, String> DEFAULT_PORTS = Map.of("http", ":80", "https", ":443");

    private final Set<String> hosts;
    private final Set<String> origins;

    /**
     * @param hosts names served besides the loopback ones
     * @param origins origins that may call besides the loopback ones, as {@code scheme://host[:port]}
     * @throws ConfigurationException if a name is none, so that it could never be met
     */
    HostRules(Set<String> hosts, Set<String> origins) {
        this.hosts = Stream.concat(LoopbackHost.NAMES.stream(), hosts.stream())
                .map(HostRules::checked)
                .collect(Collectors.toUnmodifiableSet());
        this.origins = origins.stream().map(HostRules::checkedOrigin).collect(Collectors.toUnmodifiableSet());
    }

    private static String checked(String configured) {
        String host = withoutRoot(configured.strip().toLowerCase(Locale.ROOT));
        if (!HOST_NAME.matcher(host).matches()) {
            throw new ConfigurationException("ALLOWED_HOSTS has an entry that is no host name without a port: " + configured);
        }
        return host;
    }

    private static String checkedOrigin(String configured) {
        String origin = normalized(configured);
        if (!ORIGIN.matcher(origin).matches()) {
            throw new ConfigurationException("ALLOWED_ORIGINS has an entry that is no origin, such as https://app.example.com: "
                    + configured);
        }
        return origin;
    }

    /** @param host the {@code Host} header or HTTP/2's authority, with or without a port; null if there was none */
    boolean servesHost(String host) {
        return host != null && hosts.contains(nameOf(host));
    }

    /** @param origin the {@code Origin} header; null if there was none, as with every caller that is not a browser */
    boolean allowsOrigin(String origin) {
        return origin == null || origins.contains(normalized(origin)) || isLoopbackOrigin(origin);
    }

    /**
     * Tells where a request without {@code Origin} may come from, such as that of an image in a web page. Pages of another
     * site may not, and neither may pages of a neighbouring host ({@code same-site}), unless this host is a loopback one: all
     * pages there may call. An unknown value is refused like another site.
     *
     * @param site a {@code Sec-Fetch-Site} header (Fetch Metadata), which a page cannot change
     * @param host as for {@link #servesHost}
     */
    boolean allowsSite(String site, String host) {
        return switch (site.strip().toLowerCase(Locale.ROOT)) {
            case "same-origin", "none" -> true;
            case "same-site" -> host != null && LoopbackHost.NAMES.contains(nameOf(host));
            default -> false;
        };
    }

    private static String nameOf(String host) {
        return withoutRoot(withoutPort(host.toLowerCase(Locale.ROOT)));
    }

    private static boolean isLoopbackOrigin(String origin) {
        try {
            URI uri = new URI(origin.toLowerCase(Locale.ROOT));
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            // Nothing but scheme, host and port: a prefix test would let http://localhost.example.org through.
            return web && uri.getHost() != null && LoopbackHost.NAMES.contains(withoutRoot(uri.getHost()))
                    && uri.getRawUserInfo() == null && uri.getRawPath().isEmpty() && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String normalized(String origin) {
        String lower = origin.strip().toLowerCase(Locale.ROOT);
        String plain = lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
        int authority = plain.indexOf(AUTHORITY);
        if (authority < 0) {
            return plain;
        }
        int begin = authority + AUTHORITY.length();
        String host = withoutPort(plain.substring(begin));
        String port = plain.substring(begin + host.length());
        String scheme = plain.substring(0, authority);
        return plain.substring(0, begin) + withoutRoot(host) + (port.equals(DEFAULT_PORTS.get(scheme)) ? "" : port);
    }

    /** Removes the dot of the root from the end of a name (RFC 1034 §3.1). An address cannot have one. */
    private static String withoutRoot(String host) {
        if (!host.endsWith(".")) {
            return host;
        }
        String name = host.substring(0, host.length() - 1);
        String last = name.substring(name.lastIndexOf('.') + 1);
        return last.chars().allMatch(Character::isDigit) || last.endsWith("]") ? host : name;
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        // In [::1] the last colon is part of the address, and in localhost:x@example.org the host comes after it.
        return colon < 0 || host.indexOf(']') > colon || host.indexOf('@') > colon ? host : host.substring(0, colon);
    }
}
