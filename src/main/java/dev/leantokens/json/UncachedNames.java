package dev.leantokens.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Jackson without its caches of member names. They are for names that occur again, and here callers choose the names: Jackson
 * interns each one, which a native executable never frees, and keeps thousands of them in a symbol table, whatever their
 * length, that each request with new ones copies. Thread-safe.
 */
public final class UncachedNames {

    private UncachedNames() {
    }

    /**
     * @return a new factory. The features cannot be switched off later: its symbol tables keep those of its creation
     */
    public static JsonFactory factory() {
        return new JsonFactoryBuilder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .build();
    }

    /** @return a builder of a mapper with a new {@link #factory} */
    public static JsonMapper.Builder mapper() {
        return JsonMapper.builder(factory());
    }
}
