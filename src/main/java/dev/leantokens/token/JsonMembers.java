package dev.leantokens.token;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.json.UncachedNames;

/** Reads an access token request from a JSON object, token by token, to detect repeated members. */
public final class JsonMembers {

    private static final JsonFactory JSON = UncachedNames.factory();

    @FunctionalInterface
    private interface Source {

        JsonParser open() throws IOException;
    }

    private JsonMembers() {
    }

    /**
     * @param what names the text that is read, as the subject of an error's description
     * @throws TokenException {@code invalid_request} if it is not one JSON object
     */
    public static RequestMembers read(byte[] json, String what) {
        return read(() -> JSON.createParser(json), what);
    }

    /** Reads a text, like {@link #read(byte[], String)}. */
    public static RequestMembers read(String json, String what) {
        return read(() -> JSON.createParser(json), what);
    }

    private static RequestMembers read(Source source, String what) {
        try (JsonParser parser = source.open()) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw TokenError.INVALID_REQUEST.because(what + " must be a JSON object");
            }
            RequestMembers members = new RequestMembers();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                members.add(name, value(parser, parser.nextToken()));
            }
            if (parser.nextToken() != null) {
                throw TokenError.INVALID_REQUEST.because(what + " continues after its JSON object");
            }
            return members;
        } catch (IOException e) {
            // Without the cause: its message quotes the input.
            throw TokenError.INVALID_REQUEST.because(what + " is not JSON");
        }
    }

    private static Object value(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        // Other types are only recognized as not being a string.
        return token;
    }
}
