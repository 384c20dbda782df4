package dev.leantokens.access;

import java.util.ArrayList;
import java.util.List;

import dev.leantokens.settings.LoopbackHost;

/**
 * Describes who can get which tokens from the service.
 *
 * @param host the address that both ports are bound to
 * @param encrypted whether the ports serve TLS only
 * @param certified whether callers need a certificate to connect
 * @param tokens the kind of tokens
 * @param audience the callers that get tokens
 */
record Exposure(String host, boolean encrypted, boolean certified, Tokens tokens, Audience audience) {

    enum Tokens {
        /** Issued by Lean: they can move money. */
        REAL,
        /** Issued by the stand-in: they grant no access. */
        STAND_IN,
        /** Issued by Lean, but only to callers with their own Lean credentials: the service has none. */
        INCOMPLETE
    }

    /**
     * The callers that get tokens.
     *
     * @param everyone whether all callers do, without credentials
     * @param groups descriptions of these callers; empty if no caller gets a token
     */
    record Audience(boolean everyone, List<String> groups) {

        Audience {
            groups = List.copyOf(groups);
        }
    }

    /** @return the description for the log */
    String line() {
        String to = String.join("; ", audience.groups());
        return switch (tokens) {
            case REAL -> "Tokens are served " + where() + ", to " + (to.isEmpty() ? "no caller" : to);
            case STAND_IN -> "Tokens of the stand-in are served " + where() + ", to " + (to.isEmpty() ? "no caller" : to);
            case INCOMPLETE -> "LEAN_CLIENT_ID is not set, so no token is issued " + where()
                    + (to.isEmpty() ? "" : ", except to " + to) + ": set LEAN_CLIENT_ID and LEAN_CLIENT_SECRET, "
                    + "or LEAN_ENVIRONMENT=stand-in to try the service without a Lean account";
        };
    }

    private String where() {
        return "at " + host + ", " + transport();
    }

    private String transport() {
        return certified ? "over TLS to callers with a certificate" : encrypted ? "over TLS" : "without TLS";
    }

    /** @return whether the service cannot do what it is configured for, which makes the line a warning */
    boolean isIncomplete() {
        return tokens == Tokens.INCOMPLETE;
    }

    /** @return further warnings for the operator, a line each */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (tokens == Tokens.REAL && audience.everyone() && !certified && !LoopbackHost.isLoopback(host)) {
            warnings.add("ACCESS_ANONYMOUS=always at " + host + ", " + transport() + ": anyone who can reach a port of this "
                    + "service gets a token that can move money. Make sure that callers are authenticated before they reach it");
        }
        if (!isIncomplete() && audience.groups().isEmpty()) {
            warnings.add("No caller gets a token: allow anonymous callers or callers' own Lean credentials, "
                    + "or configure local clients or trusted issuers");
        }
        return warnings;
    }
}
