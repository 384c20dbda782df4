package dev.leantokens.trace;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import io.quarkus.runtime.configuration.ConfigurationException;

/** Reads lists of named values as OpenTelemetry writes them, in the format of W3C Baggage. */
final class NamedValues {

    private NamedValues() {
    }

    /**
     * @param variable for the message
     * @throws ConfigurationException without the text, if it is malformed
     */
    static Map<String, String> parse(String variable, String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String entry : text.split(",")) {
            if (!entry.isBlank()) {
                int separator = entry.indexOf('=');
                String name = separator < 0 ? "" : entry.substring(0, separator).strip();
                if (name.isEmpty()) {
                    throw malformed(variable);
                }
                values.put(name, decode(variable, entry.substring(separator + 1).strip()));
            }
        }
        return values;
    }

    private static String decode(String variable, String value) {
        try {
            // In URLs of forms, a plus sign means a space; here, it means itself, as in Base64.
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Without the cause: its message quotes the value.
            throw malformed(variable);
        }
    }

    private static ConfigurationException malformed(String variable) {
        return new ConfigurationException(
                variable + " must be name=value, separated by commas, with values that are percent-encoded");
    }
}
