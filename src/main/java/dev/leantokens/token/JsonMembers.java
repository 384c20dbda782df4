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

    private JsonMembers() {
    }

    /**
     * @param what names the text that is read, as the subject of an error's description
     * @throws TokenException {@code invalid_request} if it is not one JSON object
     */
    public static RequestMembers read(byte[] json, String what) {
        try (JsonParser parser = JSON.createParser(json)) {
            return read(parser, what);
        } catch (IOException e) {
            throw notJson(what);
        }
    }

    /** Reads a text, like {@link #read(byte[], String)}. */
    public static RequestMembers read(String json, String what) {
        try (JsonParser parser = JSON.createParser(json)) {
            return read(parser, what);
        } catch (IOException e) {
            throw notJson(what);
        }
    }

    /** Without the cause: its message quotes the input. */
    private static TokenException notJson(String what) {
        return TokenError.INVALID_REQUEST.because(what + " is not JSON");
    }

    private static RequestMembers read(JsonParser parser, String what) throws IOException {
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
