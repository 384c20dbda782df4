package dev.leantokens.mcp.tool;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;

/**
 * A token as the structured content of the tool's result. Writes the JSON object as it is kept, so that no call parses it, and
 * by itself, so that a native executable needs no reflection.
 */
final class TokenObject implements JsonSerializable {

    private final String json;

    /** @param json the token's JSON object */
    TokenObject(String json) {
        this.json = json;
    }

    @Override
    public void serialize(JsonGenerator generator, SerializerProvider serializers) throws IOException {
        generator.writeRawValue(json);
    }

    @Override
    public void serializeWithType(JsonGenerator generator, SerializerProvider serializers, TypeSerializer type)
            throws IOException {
        serialize(generator, serializers);
    }
}
