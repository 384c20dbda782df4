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
 * Prevents DNS rebinding: a web page can make a browser resolve the page's own name to 127.0.0.1, and so reach a service that
 * trusts the loopback interface, but it cannot change the {@code Host} and {@code Origin} that the browser sends. Also rejects
 * requests of foreign web pages by the headers that browsers add. Immutable.
 */
final class HostRules {

    /** A name without the root's dot at its end, or an IPv6 address in brackets. */
    private static final Pattern HOST_NAME = Pattern.compile("[a-z0-9._-]*[a-z0-9_-]|\\[[0-9a-f:.]+]");

    /** The origin of a web page or of a browser extension. */
    private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://(" + HOST_NAME + ")(:\\d{1,5})?");

    private static final String AUTHORITY = "://";

    /** Browsers omit them (RFC 6454 §6.2). */
    private static final Map<String, String> DEFAULT_PORTS = Map.of("http", ":80", "https", ":443");

    private final String[] hosts;
    private final Set<String> origins;

    /**
     * @param hosts the host names to serve besides the loopback ones
     * @param origins the origins that may call besides the loopback ones, as {@code scheme://host[:port]}
     * @throws ConfigurationException if a host name or an origin is malformed, so that no request could match it
     */
    HostRules(Set<String> hosts, Set<String> origins) {
        this.hosts = Stream.concat(LoopbackHost.NAMES.stream(), hosts.stream())
                .map(HostRules::requireHost)
                .toArray(String[]::new);
        this.origins = origins.stream().map(HostRules::requireOrigin).collect(Collectors.toUnmodifiableSet());
    }

    private static String requireHost(String configured) {
        String host = withoutRoot(configured.strip().toLowerCase(Locale.ROOT));
        if (!HOST_NAME.matcher(host).matches()) {
            throw new ConfigurationException(
                    "ALLOWED_HOSTS has an entry that is not a host name without a port, such as tokens.example.com");
        }
        return host;
    }

    private static String requireOrigin(String configured) {
        String origin = normalized(configured);
        if (!ORIGIN.matcher(origin).matches()) {
            throw new ConfigurationException(
                    "ALLOWED_ORIGINS has an entry that is not an origin like https://app.example.com");
        }
        return origin;
    }

    /** @param host the {@code Host} header or HTTP/2's authority, with or without a port; null if the request has neither */
    boolean servesHost(String host) {
        if (host == null) {
            return false;
        }
        // Compared in place, since every request has a host.
        int end = endOfName(host);
        for (String served : hosts) {
            if (served.length() == end && served.regionMatches(true, 0, host, 0, end)) {
                return true;
            }
        }
        return false;
    }

    /** @param origin the {@code Origin} header; null without one, as for all callers but browsers */
    boolean allowsOrigin(String origin) {
        return origin == null || origins.contains(normalized(origin)) || isLoopbackOrigin(origin);
    }

    /**
     * Decides about a request without {@code Origin}, such as one for an image of a web page. Rejects pages of another site,
     * and pages of a neighbouring host ({@code same-site}) unless this host is a loopback one, whose pages may all call. An
     * unknown value counts as another site.
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

    /** @return the name without a port and the root's dot, in lower case */
    static String nameOf(String host) {
        return host.substring(0, endOfName(host)).toLowerCase(Locale.ROOT);
    }

    private static boolean isLoopbackOrigin(String origin) {
        try {
            URI uri = new URI(origin.toLowerCase(Locale.ROOT));
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            // Scheme, host and port only. Comparing prefixes would accept http://localhost.example.org.
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
        int hostStart = authority + AUTHORITY.length();
        String host = plain.substring(hostStart);
        String port = host.substring(startOfPort(host));
        String scheme = plain.substring(0, authority);
        return plain.substring(0, hostStart) + host.substring(0, endOfName(host))
                + (port.equals(DEFAULT_PORTS.get(scheme)) ? "" : port);
    }

    private static String withoutRoot(String host) {
        return host.substring(0, endWithoutRoot(host, host.length()));
    }

    private static int endOfName(String host) {
        return endWithoutRoot(host, startOfPort(host));
    }

    /** @return the end of a name that ends at {@code end}, without the root's dot (RFC 1034 §3.1). Addresses have none */
    private static int endWithoutRoot(String host, int end) {
        if (end == 0 || host.charAt(end - 1) != '.') {
            return end;
        }
        String last = host.substring(host.lastIndexOf('.', end - 2) + 1, end - 1);
        return last.chars().allMatch(Character::isDigit) || last.endsWith("]") ? end : end - 1;
    }

    private static int startOfPort(String host) {
        int colon = host.lastIndexOf(':');
        // In [::1] the last colon is part of the address; in localhost:x@example.org the host follows it.
        return colon < 0 || host.indexOf(']') > colon || host.indexOf('@') > colon ? host.length() : colon;
    }
}
