package dev.leantokens.http;

import java.util.List;

import io.opentelemetry.context.propagation.TextMapGetter;
import io.vertx.core.MultiMap;

/** Reads the caller's trace context from the headers of a request. */
final class TraceHeaders implements TextMapGetter<MultiMap> {

    private static final String STATE = "tracestate";

    @Override
    public Iterable<String> keys(MultiMap headers) {
        return headers.names();
    }

    /** @return null for a header that is missing, or repeated although it must not be */
    @Override
    public String get(MultiMap headers, String name) {
        List<String> values = headers.getAll(name);
        if (values.isEmpty()) {
            return null;
        }
        if (values.size() > 1 && !name.equals(STATE)) {
            return null;
        }
        return String.join(",", values);
    }
}
