package dev.leantokens.mcp.stateless;

import java.util.List;
import java.util.stream.Stream;

import io.quarkiverse.mcp.server.runtime.McpMessageHandler;

/** The revisions of MCP that are spoken here, by this package and by the MCP extension. */
final class Revision {

    /** The one of this package. */
    static final String MODERN = "2026-07-28";

    private static final List<String> OF_THE_HANDSHAKE = McpMessageHandler.SUPPORTED_PROTOCOL_VERSIONS;

    /** All of them, the newest first. */
    static final List<String> SUPPORTED = Stream.concat(Stream.of(MODERN), OF_THE_HANDSHAKE.stream()).toList();

    private Revision() {
    }

    /** @return whether it is one that a client agrees on by a handshake, and the extension speaks */
    static boolean isOfTheHandshake(String revision) {
        return OF_THE_HANDSHAKE.contains(revision);
    }
}
