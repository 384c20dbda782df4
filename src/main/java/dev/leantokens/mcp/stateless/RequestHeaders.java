package dev.leantokens.mcp.stateless;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import io.vertx.core.MultiMap;

/**
 * The headers that say again what is in the body, so that proxies can go by them. Whoever reads the body has to see that
 * both say the same ("Streamable HTTP", Request Metadata).
 */
final class RequestHeaders {

    static final String VERSION = "MCP-Protocol-Version";
    static final String METHOD = "Mcp-Method";
    static final String NAME = "Mcp-Name";

    private static final String ENCODED_PREFIX = "=?base64?";
    private static final String ENCODED_SUFFIX = "?=";

    private static final int BASE64_GROUP = 4;

    private final MultiMap headers;

    RequestHeaders(MultiMap headers) {
        this.headers = headers;
    }

    /** @return whether a revision is named that no client agrees on by a handshake */
    boolean nameRevisionOfNoHandshake() {
        for (String revision : headers.getAll(VERSION)) {
            if (!revision.isBlank() && !Revision.isOfTheHandshake(revision.strip())) {
                return true;
            }
        }
        return false;
    }

    /** @throws JsonRpcException if it is there more than once, or is not text that a header can have */
    Optional<String> version() {
        return one(VERSION).filter(revision -> !revision.isEmpty());
    }

    /** @throws JsonRpcException if the header does not say that it is this method */
    void requireMethod(String method) {
        require(METHOD, one(METHOD), method, "method");
    }

    /**
     * @param member where the body has the name
     * @throws JsonRpcException if the header, which can be encoded, does not say that it is this name
     */
    void requireName(String name, String member) {
        require(NAME, one(NAME).map(RequestHeaders::decoded), name, member);
    }

    static void require(String header, Optional<String> value, String expected, String member) {
        if (value.isEmpty()) {
            throw JsonRpcException.header("the header " + header + " is missing");
        }
        if (!value.get().equals(expected)) {
            throw JsonRpcException.header("the header " + header + " does not say what " + member + " says in the body");
        }
    }

    private Optional<String> one(String name) {
        List<String> values = headers.getAll(name);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        String value = values.get(0).strip();
        if (values.size() > 1) {
            throw JsonRpcException.header("the header " + name + " is repeated");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' || c > '~') && c != '\t') {
                throw JsonRpcException.header("the header " + name + " has characters that no header can have");
            }
        }
        return Optional.of(value);
    }

    private static String decoded(String value) {
        if (!value.startsWith(ENCODED_PREFIX) || !value.endsWith(ENCODED_SUFFIX)
                || value.length() < ENCODED_PREFIX.length() + ENCODED_SUFFIX.length()) {
            return value;
        }
        String encoded = value.substring(ENCODED_PREFIX.length(), value.length() - ENCODED_SUFFIX.length());
        try {
            if (encoded.length() % BASE64_GROUP != 0) {
                throw new IllegalArgumentException("padding is missing, which the decoder does not mind");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Base64.getDecoder().decode(encoded))).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            // Without the exception: its message quotes the input.
            throw JsonRpcException.header("the header " + NAME + " is not what it says to be, Base64 of UTF-8");
        }
    }
}
