package dev.leantokens.http;

import java.util.List;

import io.opentelemetry.context.propagation.TextMapGetter;
import io.vertx.core.MultiMap;

/** Reads the caller's trace context from the headers of a request. */
final class TraceHeaders implements TextMapGetter<MultiMap> {

    private static final String STATE = "tracestate";
    /** Each span has it, and Lean gets it; the longest that has to be passed on (W3C Trace Context §3.3.1.5). */
    private static final int MAX_STATE_LENGTH = 512;

    @Override
    public Iterable<String> keys(MultiMap headers) {
        return headers.names();
    }

    /** @return null for a header that is missing, too long, or repeated although it must not be */
    @Override
    public String get(MultiMap headers, String name) {
        List<String> values = headers.getAll(name);
        if (values.isEmpty()) {
            return null;
        }
        if (!name.equals(STATE)) {
            return values.size() == 1 ? values.get(0) : null;
        }
        String state = String.join(",", values);
        return state.length() > MAX_STATE_LENGTH ? null : state;
    }
}
