package dev.leantokens.lean;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;

/**
 * The client authentication of one call to Lean, in the header or the form. Null values are not sent. Immutable.
 *
 * @param authorization the {@code Authorization} header
 * @param clientId the {@code client_id}
 * @param clientSecret the {@code client_secret}
 * @param assertion the {@code client_assertion}
 * @param confidential the texts to keep secret: the secret, its base64 forms, the assertion
 */
record ClientProof(String authorization, String clientId, String clientSecret, String assertion,
        List<String> confidential) {

    private static final String JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /** The usual size of a form. */
    private static final int FORM_SIZE = 256;

    /** client_secret_post, RFC 6749 §2.3.1. */
    static ClientProof post(ClientCredentials credentials) {
        return new ClientProof(null, credentials.clientId(), credentials.clientSecret(), null,
                List.of(credentials.clientSecret()));
    }

    /** client_secret_basic, RFC 6749 §2.3.1: both values are form-encoded first. */
    static ClientProof basic(ClientCredentials credentials) {
        String header = base64(formEncode(credentials.clientId()) + ":" + formEncode(credentials.clientSecret()));
        // Some servers quote the header as rebuilt from the decoded pair, without form encoding.
        String rebuilt = base64(credentials.clientId() + ":" + credentials.clientSecret());
        return new ClientProof("Basic " + header, null, null, null,
                List.of(credentials.clientSecret(), header.replace("=", ""), rebuilt.replace("=", "")));
    }

    /** private_key_jwt, RFC 7523 §2.2. The client id is optional there, but some servers require it. */
    static ClientProof jwt(String clientId, String assertion) {
        return new ClientProof(null, clientId, null, assertion, List.of(assertion));
    }

    /** tls_client_auth, RFC 8705 §2.1. */
    static ClientProof certificate(String clientId) {
        return new ClientProof(null, clientId, null, null, List.of());
    }

    /**
     * Encodes the form here: the REST client's own form takes a map, a list for each parameter and two copies of the text.
     *
     * @return the access token request with this proof (RFC 6749 §4.4.2)
     */
    byte[] form(Scope scope) {
        StringBuilder form = new StringBuilder(FORM_SIZE).append("grant_type=client_credentials");
        append(form, "scope", scope.value());
        append(form, "client_id", clientId);
        append(form, "client_secret", clientSecret);
        append(form, "client_assertion_type", assertion == null ? null : JWT_BEARER);
        append(form, "client_assertion", assertion);
        return form.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void append(StringBuilder form, String name, String value) {
        if (value != null) {
            form.append('&').append(name).append('=').append(formEncode(value));
        }
    }

    /**
     * @param json a JSON value, such as the members of an error response
     * @return whether any name or value in it contains a confidential text, plain or encoded
     */
    boolean isRepeatedIn(Object json) {
        if (json instanceof Map<?, ?> members) {
            return members.entrySet().stream()
                    .anyMatch(member -> isRepeatedIn(member.getKey()) || isRepeatedIn(member.getValue()));
        }
        if (json instanceof List<?> elements) {
            return elements.stream().anyMatch(this::isRepeatedIn);
        }
        String text = String.valueOf(json);
        String decoded = decoded(text);
        return confidential.stream().anyMatch(part -> text.contains(part) || decoded.contains(decoded(part)));
    }

    /**
     * Decodes percent-encoding, form encoding and JSON escapes repeatedly. Both sides of a comparison are decoded, since a
     * secret may itself look encoded. The result has one char for each UTF-8 byte and no backslashes, for comparison only.
     */
    private static String decoded(String text) {
        StringBuilder decoded = new StringBuilder();
        for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
            decoded.append((char) (next & 0xFF));
            for (int start = escapeAtEnd(decoded); start >= 0; start = escapeAtEnd(decoded)) {
                char octet = (char) Integer.parseInt(decoded, decoded.length() - 2, decoded.length(), 16);
                decoded.setLength(start);
                decoded.append(octet);
            }
        }
        return decoded.toString().replace("\\", "").replace('+', ' ');
    }

    /** Returns the index of a percent or JSON escape (with four digits) at the end of a text; -1 without one. */
    private static int escapeAtEnd(StringBuilder text) {
        int digits = text.length() - 2;
        if (digits < 1 || Character.digit(text.charAt(digits), 16) < 0 || Character.digit(text.charAt(digits + 1), 16) < 0) {
            return -1;
        }
        if (text.charAt(digits - 1) == '%') {
            return digits - 1;
        }
        return digits >= 4 && text.substring(digits - 4, digits).equals("\\u00") ? digits - 4 : -1;
    }

    private static String formEncode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "ClientProof[masked]";
    }
}
