package dev.leantokens.token;

import java.util.Objects;
import java.util.Optional;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

/**
 * A signed token among the members of a request, by which a client authenticates in place of a secret (RFC 7521 §4.2, RFC 7523
 * §2.2).
 *
 * @param token the member {@code client_assertion}
 * @param clientId the member {@code client_id}, which must be the subject of the token
 */
public record ClientAssertion(String token, Optional<String> clientId) {

    private static final String JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    public ClientAssertion {
        Objects.requireNonNull(token, "token");
    }

    /**
     * @param inHeader whether the caller has authenticated in a header
     * @return empty if the members contain no assertion
     * @throws TokenException {@code invalid_request} if a member is missing or malformed, the type is unknown, or there are
     *         other credentials too
     */
    public static Optional<ClientAssertion> of(RequestMembers members, boolean inHeader) {
        Optional<String> token = members.clientAssertion();
        Optional<String> type = members.clientAssertionType();
        if (token.isEmpty() && type.isEmpty()) {
            return Optional.empty();
        }
        if (token.isEmpty() || type.isEmpty()) {
            throw TokenError.INVALID_REQUEST
                    .because("client_assertion and client_assertion_type belong together: send both or neither");
        }
        if (!type.get().equals(JWT_BEARER)) {
            throw TokenError.INVALID_REQUEST.because("client_assertion_type must be " + JWT_BEARER);
        }
        if (inHeader) {
            throw TokenError.INVALID_REQUEST.because("client credentials came in a header and in the body");
        }
        if (members.clientSecret().isPresent()) {
            throw TokenError.INVALID_REQUEST.because("client_assertion and client_secret exclude each other");
        }
        return Optional.of(new ClientAssertion(token.get(), members.clientId()));
    }

    /** Excludes the token, and the id, in whose place a caller may have put a secret. */
    @Override
    public String toString() {
        return "ClientAssertion[masked]";
    }
}
