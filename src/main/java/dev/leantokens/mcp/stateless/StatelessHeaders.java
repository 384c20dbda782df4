package dev.leantokens.mcp.stateless;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import dev.leantokens.error.TokenError;
import dev.leantokens.mcp.message.JsonRpcException;
import io.quarkiverse.mcp.server.runtime.McpMessageHandler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/**
 * The headers that repeat parts of the message, so that proxies need not read it. A server must check that headers and
 * message agree ("Streamable HTTP", Request Metadata).
 */
final class StatelessHeaders {

    static final CharSequence VERSION = HttpHeaders.createOptimized("MCP-Protocol-Version");

    private static final CharSequence METHOD = HttpHeaders.createOptimized("Mcp-Method");
    private static final CharSequence NAME = HttpHeaders.createOptimized("Mcp-Name");

    /** An error code of revision 2026-07-28. */
    private static final int HEADER_MISMATCH = -32020;

    private static final String ENCODED_PREFIX = "=?base64?";
    private static final String ENCODED_SUFFIX = "?=";
    private static final int BASE64_GROUP = 4;

    private final MultiMap headers;
    private final List<String> versions;

    StatelessHeaders(MultiMap headers) {
        this.headers = headers;
        this.versions = headers.getAll(VERSION);
    }

    /** @return whether they name a revision that the extension does not support: one without a handshake */
    boolean nameStatelessRevision() {
        for (String version : versions) {
            String revision = version.strip();
            if (!revision.isEmpty() && !McpMessageHandler.SUPPORTED_PROTOCOL_VERSIONS.contains(revision)) {
                return true;
            }
        }
        return false;
    }

    /**
     * @return the revision; null if the header is missing or empty
     * @throws JsonRpcException if the header is repeated or malformed
     */
    String version() {
        String version = single(VERSION, versions);
        return version == null || version.isEmpty() ? null : version;
    }

    /** @throws JsonRpcException unless the header names this method */
    void requireMethod(String method) {
        require(METHOD, single(METHOD, headers.getAll(METHOD)), method, "method");
    }

    /**
     * @param member the name's member in the message
     * @throws JsonRpcException unless the header, which may be encoded, has this name
     */
    void requireName(String name, String member) {
        String value = single(NAME, headers.getAll(NAME));
        require(NAME, value == null ? null : decode(value), name, member);
    }

    /** @param value the header; null if it is missing */
    static void require(CharSequence header, String value, String expected, String member) {
        if (value == null) {
            throw mismatch("the header " + header + " is missing");
        }
        if (!value.equals(expected)) {
            throw mismatch("the header " + header + " differs from " + member + " in the body");
        }
    }

    private static String single(CharSequence name, List<String> values) {
        if (values.isEmpty()) {
            return null;
        }
        if (values.size() > 1) {
            throw mismatch("the header " + name + " is repeated");
        }
        String value = values.get(0).strip();
        if (!isValid(value)) {
            throw mismatch("the header " + name + " has invalid characters");
        }
        return value;
    }

    /** A loop instead of a stream, which would cost 0.5 kB for each request. */
    private static boolean isValid(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' || c > '~') && c != '\t') {
                return false;
            }
        }
        return true;
    }

    private static String decode(String value) {
        if (!value.startsWith(ENCODED_PREFIX) || !value.endsWith(ENCODED_SUFFIX)
                || value.length() < ENCODED_PREFIX.length() + ENCODED_SUFFIX.length()) {
            return value;
        }
        String encoded = value.substring(ENCODED_PREFIX.length(), value.length() - ENCODED_SUFFIX.length());
        try {
            if (encoded.length() % BASE64_GROUP != 0) {
                throw new IllegalArgumentException("missing padding, which the decoder tolerates");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Base64.getDecoder().decode(encoded))).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            // Without the cause: its message quotes the input.
            throw mismatch("the header " + NAME + " is not Base64 of UTF-8");
        }
    }

    private static JsonRpcException mismatch(String message) {
        return new JsonRpcException(TokenError.INVALID_REQUEST, HEADER_MISMATCH, "Header mismatch: " + message, null);
    }
}
