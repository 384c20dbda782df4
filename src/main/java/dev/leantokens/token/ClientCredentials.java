package dev.leantokens.token;

import java.util.Objects;
import java.util.Optional;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

/**
 * A client identifier and its secret (RFC 6749 §2.3.1). Whether the client is one of Lean or a local client depends on
 * where they are used.
 */
public record ClientCredentials(String clientId, String clientSecret) {

    public ClientCredentials {
        Objects.requireNonNull(clientId, "clientId");
        Objects.requireNonNull(clientSecret, "clientSecret");
    }

    /**
     * Reads the credentials among the members of a request. A client uses a single authentication method (RFC 6749 §2.3), but
     * may repeat the {@code client_id} of its header.
     *
     * @param authenticated the client identifier that the caller has authenticated with in a header; empty if it has not
     * @return empty if the members contain no credentials
     * @throws TokenException {@code invalid_request} if only one part is present, a part is malformed, or there are credentials
     *         in the header as well
     */
    public static Optional<ClientCredentials> of(RequestMembers members, Optional<String> authenticated) {
        Optional<String> clientId = members.clientId();
        Optional<String> clientSecret = members.clientSecret();
        if (authenticated.isEmpty()) {
            if (clientId.isPresent() != clientSecret.isPresent()) {
                throw TokenError.INVALID_REQUEST
                        .because("client_id and client_secret belong together: send both or neither");
            }
            return clientId.map(id -> new ClientCredentials(id, clientSecret.orElseThrow()));
        }
        if (clientSecret.isPresent()) {
            throw TokenError.INVALID_REQUEST.because("client credentials came in a header and in the body");
        }
        if (clientId.isPresent() && !clientId.equals(authenticated)) {
            throw TokenError.INVALID_REQUEST.because("client_id differs between the header and the body");
        }
        return Optional.empty();
    }

    /** Excludes both parts: a caller may have put the secret in place of the id. */
    @Override
    public String toString() {
        return "ClientCredentials[masked]";
    }
}
