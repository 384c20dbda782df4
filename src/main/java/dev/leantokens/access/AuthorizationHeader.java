package dev.leantokens.access;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.RequestMembers;
import dev.leantokens.token.TokenError;

/**
 * Client credentials by HTTP Basic, as RFC 6749 §2.3.1 has them: id and secret are form-encoded, then joined and
 * Base64-encoded as in RFC 7617.
 */
final class AuthorizationHeader {

    private static final String BASIC = "Basic";

    private AuthorizationHeader() {
    }

    /**
     * @param values the request's {@code Authorization} headers
     * @return the credentials; empty if there is no header
     * @throws dev.leantokens.token.TokenException {@code invalid_client} for a scheme that is not supported (§5.2),
     *         {@code invalid_request} for a header that is repeated or malformed
     */
    static Optional<ClientCredentials> read(List<String> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.size() > 1) {
            throw TokenError.INVALID_REQUEST.because("the Authorization header is repeated");
        }
        String value = values.get(0).strip();
        int end = value.indexOf(' ');
        String scheme = end < 0 ? value : value.substring(0, end);
        if (!scheme.equalsIgnoreCase(BASIC)) {
            throw TokenError.CALLER_REFUSED.because("the Authorization header must be of the Basic scheme");
        }
        return Optional.of(decode(end < 0 ? "" : value.substring(end).strip()));
    }

    private static ClientCredentials decode(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon > 0 && colon < pair.length() - 1) {
                String id = formDecode(pair.substring(0, colon));
                String secret = formDecode(pair.substring(colon + 1));
                if ((id + secret).indexOf(RequestMembers.REPLACEMENT) < 0) {
                    return new ClientCredentials(id, secret);
                }
            }
        } catch (IllegalArgumentException e) {
            // Not Base64, or a percent sign that encodes nothing; said below, without the exception, whose message
            // repeats the input.
        }
        throw TokenError.INVALID_REQUEST.because(
                "the Authorization header is not Basic with a form-encoded client id and secret");
    }

    private static String formDecode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
