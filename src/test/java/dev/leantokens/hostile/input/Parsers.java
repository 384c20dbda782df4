package dev.leantokens.hostile.input;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.leantokens.access.AccessParsers;
import dev.leantokens.issuer.IssuerParsers;
import dev.leantokens.lean.LeanParsers;
import dev.leantokens.mcp.message.MessageParsers;
import dev.leantokens.mcp.stateless.StatelessParsers;
import dev.leantokens.rest.RestParsers;
import dev.leantokens.store.StoreParsers;
import dev.leantokens.token.TokenParsers;
import dev.leantokens.trace.TraceParsers;

/** The parsers of everything that this service receives, by name. */
final class Parsers {

    private static final SortedMap<String, Parser> ALL = new TreeMap<>();

    static {
        List.of(TokenParsers.ALL, RestParsers.ALL, AccessParsers.ALL, IssuerParsers.ALL, LeanParsers.ALL, StoreParsers.ALL,
                MessageParsers.ALL, StatelessParsers.ALL, TraceParsers.ALL).forEach(ALL::putAll);
    }

    private Parsers() {
    }

    static SortedMap<String, Parser> all() {
        return ALL;
    }

    /** @return the parsers in the order of their names */
    static List<Map.Entry<String, Parser>> list() {
        return List.copyOf(ALL.entrySet());
    }
}
