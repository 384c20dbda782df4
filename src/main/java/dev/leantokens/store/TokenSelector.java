package dev.leantokens.store;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Predicate;

import dev.leantokens.token.TokenKey;

/**
 * Selects the tokens that replicas forget: all of them, those of a client of Lean, or those of a customer. The case of an id
 * does not matter.
 *
 * @param id empty for all tokens
 */
record TokenSelector(Kind kind, String id) implements Predicate<TokenKey> {

    static final TokenSelector ALL = new TokenSelector(Kind.ALL, "");

    /** By what tokens are selected. */
    enum Kind {
        ALL,
        CLIENT,
        CUSTOMER
    }

    @Override
    public boolean test(TokenKey key) {
        return switch (kind) {
            case ALL -> true;
            case CLIENT -> key.clientId().equalsIgnoreCase(id);
            case CUSTOMER -> key.scope().value().equalsIgnoreCase("customer." + id);
        };
    }

    byte[] encode() {
        return (kind.name().toLowerCase(Locale.ROOT) + " " + id).getBytes(StandardCharsets.UTF_8);
    }

    /** @return what {@link #encode} has encoded; {@link #ALL} for what this version does not know */
    static TokenSelector decode(byte[] encoded) {
        String text = new String(encoded, StandardCharsets.UTF_8);
        for (Kind kind : Kind.values()) {
            String start = kind.name().toLowerCase(Locale.ROOT) + " ";
            if (text.startsWith(start)) {
                return new TokenSelector(kind, text.substring(start.length()));
            }
        }
        return ALL;
    }

    /** Excludes the id. */
    @Override
    public String toString() {
        return "TokenSelector[" + kind + "]";
    }
}
