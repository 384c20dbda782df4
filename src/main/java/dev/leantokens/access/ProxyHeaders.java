package dev.leantokens.access;

import java.util.List;
import java.util.Map;

import io.vertx.core.MultiMap;

/**
 * Detects requests that came through a proxy, a load balancer, a mesh, a CDN or a tunnel, by the names of their headers. Not a
 * proof: some proxies add no header. Names match by families, as no list is complete, regardless of case and with underscores
 * read as hyphens. Headers that applications and their libraries send themselves are in no family, such as ids of requests and
 * traces, unless a cloud's load balancer adds them.
 */
final class ProxyHeaders {

    /** Anywhere in a name. */
    private static final List<String> PART_FAMILIES = List.of("forwarded", "forward-for", "client-ip", "clientip", "real-ip",
            "remote-addr", "original-", "x-proxy", "tailscale-", "bluecoat");
    private static final String[][] PARTS = byFirstCharacter(PART_FAMILIES);
    private static final int SHORTEST_PART = PART_FAMILIES.stream().mapToInt(String::length).min().orElseThrow();

    /** At the start of a name, or after {@code x-}. */
    private static final String[][] STARTS = byFirstCharacter(List.of(
            // Proxies and meshes
            "envoy-", "l5d-", "kong-", "varnish", "surrogate-", "wl-proxy-", "pinpoint-proxy", "request-start", "queue-start",
            // Proxies that terminate TLS (RFC 9440) or authenticate
            "client-cert", "ssl-client-", "remote-", "auth-request-", "authentik-", "pomerium-", "webauth-",
            // Clouds and platforms
            "amzn-", "amz-cf-", "cloudfront-", "appengine-", "cloud-trace-context", "goog-iap-", "goog-authenticated-",
            "azure-", "appgw-", "arr-", "ms-client-principal", "ms-proxy", "cf-", "fly-", "vercel-", "nf-", "railway-",
            // CDNs (RFC 8586) and tunnels
            "cdn-", "fastly-", "akamai-", "incap-", "sucuri-", "ngrok-"));

    private static final String[] ENDS = { "-ip", "-via" };

    private static final String VIA = "via";
    private static final String EXPERIMENTAL = "x-";

    private ProxyHeaders() {
    }

    /** @return whether a proxy adds one of the headers */
    static boolean anyIn(MultiMap headers) {
        for (Map.Entry<String, String> header : headers) {
            if (isProxyHeader(header.getKey())) {
                return true;
            }
        }
        return false;
    }

    /** Called for all headers of all anonymous requests, so it neither allocates nor uses a regular expression. */
    static boolean isProxyHeader(String name) {
        int start = isAt(name, 0, EXPERIMENTAL) ? EXPERIMENTAL.length() : 0;
        if (isAnyAt(name, 0, STARTS) || start > 0 && isAnyAt(name, start, STARTS)) {
            return true;
        }
        for (int i = 0; i <= name.length() - SHORTEST_PART; i++) {
            if (isAnyAt(name, i, PARTS)) {
                return true;
            }
        }
        for (String end : ENDS) {
            if (isAt(name, name.length() - end.length(), end)) {
                return true;
            }
        }
        return VIA.equalsIgnoreCase(name);
    }

    private static boolean isAnyAt(String name, int position, String[][] families) {
        if (position >= name.length()) {
            return false;
        }
        char first = name.charAt(position);
        if (first < families.length) {
            for (String family : families[first]) {
                if (isAt(name, position, family)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isAt(String name, int position, String family) {
        if (position < 0 || name.length() - position < family.length()) {
            return false;
        }
        for (int i = 0; i < family.length(); i++) {
            if (lower(name.charAt(position + i)) != family.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c == '_' ? '-' : c;
    }

    private static String[][] byFirstCharacter(List<String> families) {
        String[][] table = new String['z' + 1][];
        for (char c = 0; c < table.length; c++) {
            char first = lower(c);
            table[c] = families.stream().filter(family -> family.charAt(0) == first).toArray(String[]::new);
        }
        return table;
    }
}
