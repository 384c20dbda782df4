package dev.leantokens.token;

import java.util.Objects;
import java.util.Optional;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

/**
 * A client identifier and its secret (RFC 6749 §2.3.1). Which client is meant, one of Lean or one of this service,
 * depends on the place where it is used.
 */
public record ClientCredentials(String clientId, String clientSecret) {

    public ClientCredentials {
        Objects.requireNonNull(clientId, "clientId");
        Objects.requireNonNull(clientSecret, "clientSecret");
    }

    /**
     * Reads the credentials among the members of a request, whole or not at all. A client uses one method of authentication
     * (RFC 6749 §2.3); a {@code client_id} among the members that repeats the header's is tolerated.
     *
     * @param authenticated the client identifier that the caller has authenticated as by a header; empty if it has not
     * @throws TokenException {@code invalid_request} if a part is missing or malformed, or is there beside the header
     */
    public static Optional<ClientCredentials> of(RequestMembers members, Optional<String> authenticated) {
        Optional<String> clientId = members.string(RequestMembers.CLIENT_ID);
        Optional<String> clientSecret = members.string(RequestMembers.CLIENT_SECRET);
        if (authenticated.isEmpty()) {
            if (clientId.isPresent() != clientSecret.isPresent()) {
                throw TokenError.INVALID_REQUEST
                        .because("client_id and client_secret belong together, leave both out or send both");
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

    /** Neither part: an id that a caller mistyped can be a secret. */
    @Override
    public String toString() {
        return "ClientCredentials[masked]";
    }
}
