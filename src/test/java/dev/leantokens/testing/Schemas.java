package dev.leantokens.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;

/** Validates values against JSON schemas of version 2020-12, which OpenAPI 3.1 and MCP use. */
public final class Schemas {

    private static final Dialect DIALECT = Dialect.builder(Dialects.getDraft202012())
            // Keywords without an assertion.
            .keyword(new NonValidationKeyword("components")).keyword(new NonValidationKeyword("schema"))
            .keyword(new NonValidationKeyword("example")).build();

    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDialect(DIALECT);

    private Schemas() {
    }

    public static void assertValid(JsonNode schema, JsonNode value) {
        assertThat(REGISTRY.getSchema(schema.toString()).validate(value.toString(), InputFormat.JSON))
                .as("%s by %s", value, schema).isEmpty();
    }

    /** @param pointer to the schema in a description, whose components it can reference */
    public static void assertValid(ObjectNode description, String pointer, JsonNode value) {
        JsonNode schema = description.at(pointer);
        assertThat(schema.isMissingNode()).as("there is a schema at %s", pointer).isFalse();
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.set("components", description.get("components"));
        whole.setAll((ObjectNode) schema);
        assertValid(whole, value);
    }
}
