package dev.leantokens.token;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.json.UncachedNames;

/** Reads a token request that is a JSON object, token by token, so that repeated members are seen. */
public final class JsonMembers {

    private static final JsonFactory JSON = UncachedNames.factory();

    @FunctionalInterface
    private interface Source {

        JsonParser open() throws IOException;
    }

    private JsonMembers() {
    }

    /**
     * @param what what is read, as the subject of an error's description
     * @throws TokenException {@code invalid_request} if it is not one JSON object
     */
    public static RequestMembers read(byte[] json, String what) {
        return read(() -> JSON.createParser(json), what);
    }

    /** The same for a text. */
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
                throw TokenError.INVALID_REQUEST.because(what + " goes on after its JSON object");
            }
            return members;
        } catch (IOException e) {
            // Without the exception: its message quotes the input.
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
        // Of any other type it only matters that it is not a string.
        return token;
    }
}
