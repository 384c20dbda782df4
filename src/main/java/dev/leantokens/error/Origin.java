package dev.leantokens.error;

import java.util.Locale;

/** Where a request was made that ends with a token or an error; for the log and the metrics. */
public enum Origin {
    /** At the token endpoint. */
    REST("REST request"),
    /** At an MCP endpoint. */
    MCP("MCP request"),
    /** At neither: no adapter is served there. */
    HTTP("HTTP request"),
    /** By this service, for a token that is to take another one's place. */
    BACKGROUND("Background request"),
    /** By this service, at its start. */
    PREFETCH("Prefetch request");

    private final String text;

    Origin(String text) {
        this.text = text;
    }

    /** @return whether requests of this origin can end with the error */
    boolean canEndWith(TokenError error) {
        boolean callersOwn = error.status() < 429;
        return switch (this) {
            case REST, MCP -> true;
            case HTTP -> callersOwn || error == TokenError.INTERNAL;
            case BACKGROUND, PREFETCH -> !callersOwn;
        };
    }

    /** @return what it is called in metrics */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As a line in the log begins. */
    @Override
    public String toString() {
        return text;
    }
}
