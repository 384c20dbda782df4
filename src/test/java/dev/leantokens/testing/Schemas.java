package dev.leantokens.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;

/** Checks values against JSON schemas (2020-12, which OpenAPI 3.1 and MCP speak). */
public final class Schemas {

    private static final JsonMetaSchema DIALECT = JsonMetaSchema.builder(JsonMetaSchema.getV202012())
            // What schemas refer to, and what they say besides.
            .keyword(new NonValidationKeyword("components")).keyword(new NonValidationKeyword("schema"))
            .keyword(new NonValidationKeyword("example")).build();

    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.builder().defaultMetaSchemaIri(DIALECT.getIri())
            .metaSchema(DIALECT).build();

    private Schemas() {
    }

    public static void assertValid(JsonNode schema, JsonNode value) {
        assertThat(FACTORY.getSchema(schema).validate(value)).as("%s by %s", value, schema).isEmpty();
    }

    /** @param pointer to the schema in a description, to whose components it can refer */
    public static void assertValid(ObjectNode description, String pointer, JsonNode value) {
        JsonNode schema = description.at(pointer);
        assertThat(schema.isMissingNode()).as("there is a schema at %s", pointer).isFalse();
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.set("components", description.get("components"));
        whole.setAll((ObjectNode) schema);
        assertValid(whole, value);
    }
}
