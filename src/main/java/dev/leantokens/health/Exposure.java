package dev.leantokens.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.leantokens.access.Audience;

/**
 * What is exposed, and to whom.
 *
 * @param host the address that both ports are bound to
 * @param encrypted whether nothing but TLS is served
 * @param certified whether nobody can connect without a certificate
 * @param audience who gets tokens
 */
record Exposure(String host, boolean encrypted, boolean certified, Audience audience) {

    private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    /** @return the line that says it */
    String line() {
        return "Tokens are served at %s, %s, to %s".formatted(host, how(),
                audience.groups().isEmpty() ? "nobody" : String.join("; ", audience.groups()));
    }

    private String how() {
        return certified ? "by TLS to callers with a certificate" : encrypted ? "by TLS" : "without TLS";
    }

    /** @return what an operator should think about once more, a line each */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (audience.everyone() && !certified && !LOOPBACK_HOSTS.contains(host)) {
            warnings.add(
                    "ACCESS_ANONYMOUS=always at " + host + " " + how()
                            + ": whoever reaches a port of this service gets a token "
                            + "with which money can be moved. Make sure that only what authenticates callers does reach it");
        }
        if (audience.groups().isEmpty()) {
            warnings.add(
                    "Nobody gets a token: allow anonymous callers or callers' own credentials, or configure local clients");
        }
        return warnings;
    }
}
