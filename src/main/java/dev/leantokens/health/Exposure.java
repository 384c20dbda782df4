package dev.leantokens.health;

import java.util.ArrayList;
import java.util.List;

import dev.leantokens.access.Audience;
import dev.leantokens.settings.LoopbackHost;

/**
 * What is exposed, and to whom.
 *
 * @param host the address that both ports are bound to
 * @param encrypted whether nothing but TLS is served
 * @param certified whether nobody can connect without a certificate
 * @param tokens what callers get
 * @param audience who gets tokens
 */
record Exposure(String host, boolean encrypted, boolean certified, Tokens tokens, Audience audience) {

    enum Tokens {
        /** Lean's, which money can be moved with. */
        REAL,
        /** The stand-in's, which open nothing. */
        STAND_IN,
        /**
         * Lean's for callers with credentials of their own, and none for the others, because the service has no credentials.
         */
        INCOMPLETE
    }

    /** @return the line that says it */
    String line() {
        String to = String.join("; ", audience.groups());
        return switch (tokens) {
            case REAL -> "Tokens are served " + where() + ", to " + (to.isEmpty() ? "nobody" : to);
            case STAND_IN -> "Tokens of the stand-in are served " + where() + ", to " + (to.isEmpty() ? "nobody" : to);
            case INCOMPLETE -> "LEAN_CLIENT_ID is not set, so no token is issued " + where()
                    + (to.isEmpty() ? "" : ", except to " + to) + ": set LEAN_CLIENT_ID and LEAN_CLIENT_SECRET, "
                    + "or try the service out without an account at Lean by LEAN_ENVIRONMENT=stand-in";
        };
    }

    private String where() {
        return "at " + host + ", " + how();
    }

    private String how() {
        return certified ? "by TLS to callers with a certificate" : encrypted ? "by TLS" : "without TLS";
    }

    /** @return whether the line is a warning: the service cannot do what it is configured for */
    boolean isIncomplete() {
        return tokens == Tokens.INCOMPLETE;
    }

    /** @return what an operator should think about once more, a line each */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (tokens == Tokens.REAL && audience.everyone() && !certified && !LoopbackHost.isLoopback(host)) {
            warnings.add(
                    "ACCESS_ANONYMOUS=always at " + host + " " + how()
                            + ": whoever reaches a port of this service gets a token "
                            + "with which money can be moved. Make sure that only what authenticates callers does reach it");
        }
        if (!isIncomplete() && audience.groups().isEmpty()) {
            warnings.add(
                    "Nobody gets a token: allow anonymous callers or callers' own credentials, or configure local clients");
        }
        return warnings;
    }
}
