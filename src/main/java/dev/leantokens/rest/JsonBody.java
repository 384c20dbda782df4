package dev.leantokens.rest;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.leantokens.token.RequestMembers;
import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;

/** Reads a token request that is a JSON object, token by token, so that repeated members are seen. */
final class JsonBody {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonBody() {
    }

    /** @throws TokenException {@code invalid_request} if the body is not one JSON object */
    static RequestMembers read(byte[] body) {
        if (body.length == 0) {
            throw TokenError.INVALID_REQUEST.because("the request has no body, it must be a JSON object");
        }
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw TokenError.INVALID_REQUEST.because("the request body must be a JSON object");
            }
            RequestMembers members = new RequestMembers();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                members.add(name, value(parser, parser.nextToken()));
            }
            if (parser.nextToken() != null) {
                throw TokenError.INVALID_REQUEST.because("the request body goes on after its JSON object");
            }
            return members;
        } catch (IOException e) {
            // Without the exception: its message quotes the input.
            throw TokenError.INVALID_REQUEST.because("the request body is not JSON");
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
