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
 * What a caller says of itself in the {@code Authorization} header: by Basic, as RFC 6749 §2.3.1 has it, where id and
 * secret are form-encoded, then joined and Base64-encoded as in RFC 7617; or by Bearer, with a local client's secret alone,
 * since that is what MCP clients can be made to send. Many client libraries leave out the form-encoding, so the secret is kept
 * as it was sent, too.
 *
 * @param clientId the client identifier; empty by Bearer
 * @param secret the secret as RFC 6749 reads it; empty if it is not form-encoded
 * @param sentSecret the secret as it was sent
 */
record AuthorizationHeader(Optional<String> clientId, Optional<String> secret, String sentSecret) {

    /**
     * @param values the request's {@code Authorization} headers
     * @return what they say; empty if there is no header
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
        String rest = end < 0 ? "" : value.substring(end).strip();
        return Optional.of(switch (scheme) {
            case "basic" -> basic(rest);
            case "bearer" -> bearer(rest);
            default ->
                throw TokenError.CALLER_REFUSED.because("the Authorization header must be of the Basic or Bearer scheme");
        });
    }

    private static AuthorizationHeader basic(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon > 0 && colon < pair.length() - 1) {
                Optional<String> id = formDecoded(pair.substring(0, colon));
                String secret = pair.substring(colon + 1);
                if (id.isPresent() && isText(secret)) {
                    return new AuthorizationHeader(id, formDecoded(secret), secret);
                }
            }
        } catch (IllegalArgumentException e) {
            // Not Base64. Reported below, without the exception, whose message repeats the input.
        }
        throw malformedBasic();
    }

    private static TokenException malformedBasic() {
        return TokenError.INVALID_REQUEST.because(
                "the Authorization header is not Basic with a form-encoded client id and secret");
    }

    private static AuthorizationHeader bearer(String token) {
        if (token.isEmpty() || token.indexOf(' ') >= 0) {
            throw TokenError.INVALID_REQUEST.because("the Authorization header is not Bearer with one secret");
        }
        return new AuthorizationHeader(Optional.empty(), Optional.of(token), token);
    }

    /**
     * @return the secret as RFC 6749 §2.3.1 reads it
     * @throws TokenException {@code invalid_request} if it is not form-encoded
     */
    String formDecodedSecret() {
        return secret.orElseThrow(AuthorizationHeader::malformedBasic);
    }

    /** @return the secret as a local client may have meant it: form-decoded, and as it was sent */
    Set<String> readings() {
        Set<String> readings = new LinkedHashSet<>();
        secret.ifPresent(readings::add);
        readings.add(sentSecret);
        return readings;
    }

    private static Optional<String> formDecoded(String text) {
        try {
            // As forms are read. URLDecoder would take %+a for a line feed.
            return Optional.of(QueryStringDecoder.decodeComponent(text, StandardCharsets.UTF_8))
                    .filter(AuthorizationHeader::isText);
        } catch (IllegalArgumentException e) {
            // A percent sign that encodes nothing. Without the exception, whose message repeats the input.
            return Optional.empty();
        }
    }

    private static boolean isText(String decoded) {
        return decoded.indexOf(RequestMembers.REPLACEMENT) < 0;
    }

    /** Neither part: an id that a caller mistyped can be a secret. */
    @Override
    public String toString() {
        return "AuthorizationHeader[masked]";
    }
}
