package dev.leantokens.access;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.RequestMembers;
import io.netty.handler.codec.http.QueryStringDecoder;

/**
 * The credentials in the {@code Authorization} header. Basic has the client's id and secret as in RFC 6749 §2.3.1:
 * form-encoded, then joined and Base64-encoded as in RFC 7617. Bearer has the secret of a local client only, which is what MCP
 * clients can be configured to send. Many client libraries omit the form-encoding, so the undecoded secret is available, too.
 *
 * @param clientId the client identifier; empty for Bearer
 * @param sentSecret the secret as it was sent
 */
record AuthorizationHeader(Optional<String> clientId, String sentSecret) {

    /**
     * @param values the request's {@code Authorization} headers
     * @return the credentials; empty without a header
     * @throws TokenException {@code invalid_client} for a scheme that is not supported (§5.2),
     *         {@code invalid_request} for a header that is repeated or malformed
     */
    static Optional<AuthorizationHeader> read(List<String> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.size() > 1) {
            throw TokenError.INVALID_REQUEST.because("the Authorization header is repeated");
        }
        String value = values.get(0).strip();
        int end = value.indexOf(' ');
        String scheme = (end < 0 ? value : value.substring(0, end)).toLowerCase(Locale.ROOT);
        String rest = end < 0 ? "" : afterSpaces(value, end);
        return Optional.of(switch (scheme) {
            case "basic" -> basic(rest);
            case "bearer" -> bearer(rest);
            default ->
                throw TokenError.CALLER_REFUSED.because("the Authorization header must be of the Basic or Bearer scheme");
        });
    }

    /** Copies a token, which can have a thousand characters, only once. */
    private static String afterSpaces(String value, int spaces) {
        int start = spaces;
        while (Character.isWhitespace(value.charAt(start))) {
            start++;
        }
        return value.substring(start);
    }

    private static AuthorizationHeader basic(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon > 0 && colon < pair.length() - 1) {
                Optional<String> id = formDecoded(pair.substring(0, colon));
                String secret = pair.substring(colon + 1);
                if (id.isPresent() && isText(secret)) {
                    return new AuthorizationHeader(id, secret);
                }
            }
        } catch (IllegalArgumentException e) {
            // Not Base64. Reported below without the cause, whose message quotes the input.
        }
        throw malformedBasic();
    }

    private static TokenException malformedBasic() {
        return TokenError.INVALID_REQUEST.because(
                "the Authorization header is not Basic with the Base64 of id:secret, both form-encoded");
    }

    private static AuthorizationHeader bearer(String token) {
        if (token.isEmpty() || token.indexOf(' ') >= 0) {
            throw TokenError.INVALID_REQUEST.because("the Authorization header is not Bearer with one secret");
        }
        return new AuthorizationHeader(Optional.empty(), token);
    }

    /**
     * @return the secret, decoded as RFC 6749 §2.3.1 requires
     * @throws TokenException {@code invalid_request} if it is not form-encoded
     */
    String formDecodedSecret() {
        return formDecoded(sentSecret).orElseThrow(AuthorizationHeader::malformedBasic);
    }

    /** @return the possible secrets of a local client: form-decoded, and as sent */
    Set<String> readings() {
        Set<String> readings = new LinkedHashSet<>();
        formDecoded(sentSecret).ifPresent(readings::add);
        readings.add(sentSecret);
        return readings;
    }

    private static Optional<String> formDecoded(String text) {
        try {
            // Not URLDecoder, which decodes %+a to a line feed.
            return Optional.of(QueryStringDecoder.decodeComponent(text, StandardCharsets.UTF_8))
                    .filter(AuthorizationHeader::isText);
        } catch (IllegalArgumentException e) {
            // A percent sign without two digits. Without the cause, whose message quotes the input.
            return Optional.empty();
        }
    }

    private static boolean isText(String decoded) {
        return decoded.indexOf(RequestMembers.REPLACEMENT) < 0;
    }

    /** Without the id, too: it can be a misplaced secret. */
    @Override
    public String toString() {
        return "AuthorizationHeader[masked]";
    }
}
