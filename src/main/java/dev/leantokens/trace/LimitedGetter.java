package dev.leantokens.trace;

import io.opentelemetry.context.propagation.TextMapGetter;

/** Reads the members of a trace context that are short, and that take the SDK no longer to parse than their length. */
record LimitedGetter<C>(TextMapGetter<C> carrier) implements TextMapGetter<C> {

    /**
     * Has to be passed on at least (W3C Trace Context §3.3.1.5). Each span has the member {@code tracestate}, and Lean gets it.
     */
    private static final int MAX_LENGTH = 512;

    @Override
    public Iterable<String> keys(C from) {
        return carrier.keys(from);
    }

    /** @return null for a member that is missing, or is not read */
    @Override
    public String get(C from, String name) {
        String value = carrier.get(from, name);
        return value == null || value.length() > MAX_LENGTH || hasBlanks(value) ? null : value;
    }

    /** The SDK splits by a pattern that needs quadratic time for several blanks. Nobody writes them. */
    private static boolean hasBlanks(String value) {
        return value.indexOf('\t') >= 0 || value.contains("  ");
    }
}
