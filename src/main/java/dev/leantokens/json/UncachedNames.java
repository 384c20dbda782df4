package dev.leantokens.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Jackson without its caches of member names, which callers could fill. Jackson interns each name, which a native executable
 * never frees, and caches thousands in a symbol table, whatever their length, that each request with new names copies.
 * Thread-safe.
 */
public final class UncachedNames {

    private UncachedNames() {
    }

    /** @return a new factory; its symbol tables ignore later changes of these features */
    public static JsonFactory factory() {
        return new JsonFactoryBuilder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .build();
    }

    /** @return a builder of a mapper, on a new {@link #factory} */
    public static JsonMapper.Builder mapper() {
        return JsonMapper.builder(factory());
    }
}
