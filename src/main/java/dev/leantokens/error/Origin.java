package dev.leantokens.error;

import java.util.Locale;

/** Where a request comes from, in the log and the metrics. */
public enum Origin {
    /** The token endpoint. */
    REST("REST request"),
    /** An MCP endpoint. */
    MCP("MCP request"),
    /** Any other path. */
    HTTP("HTTP request"),
    /** This service, to replace a cached token. */
    BACKGROUND("Background request"),
    /** This service, at its start. */
    PREFETCH("Prefetch request");

    private final String text;

    Origin(String text) {
        this.text = text;
    }

    /** @return whether requests of this origin can end with the error */
    boolean canEndWith(TokenError error) {
        if (error == TokenError.INSUFFICIENT_SCOPE) {
            return this == MCP;
        }
        if (error == TokenError.AUDIT_UNAVAILABLE) {
            return this == REST || this == MCP;
        }
        boolean callersMistake = error.status() < 429;
        return switch (this) {
            case REST, MCP -> true;
            case HTTP -> callersMistake || error == TokenError.INTERNAL;
            case BACKGROUND, PREFETCH -> !callersMistake;
        };
    }

    /** @return the label value in metrics */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The start of a log line. */
    @Override
    public String toString() {
        return text;
    }
}
