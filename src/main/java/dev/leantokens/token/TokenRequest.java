package dev.leantokens.token;

import java.util.Objects;
import java.util.Optional;

/**
 * A well-formed access token request of a caller (RFC 6749 §4.4.2). The grant is always
 * {@code client_credentials}; whether the scope is allowed and the credentials are good is decided later.
 *
 * @param scope the scope asked for
 * @param credentials the client credentials among the members of the request, whole or not at all
 */
public record TokenRequest(Scope scope, Optional<ClientCredentials> credentials) {

    private static final String CLIENT_CREDENTIALS_GRANT = "client_credentials";

    public TokenRequest {
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(credentials, "credentials");
    }

    /**
     * Applies the rules for a request of a caller that has not authenticated by a header.
     *
     * @throws TokenException {@code invalid_request}, {@code unsupported_grant_type} or {@code invalid_scope}
     */
    public static TokenRequest of(RequestMembers members) {
        return of(members, Optional.empty());
    }

    /**
     * Applies the rules for a request of a caller that may have authenticated by a header. A client uses one method of
     * authentication (RFC 6749 §2.3); a {@code client_id} among the members that says the same again is tolerated.
     *
     * @param authenticated the client identifier of the one that has authenticated by a header; empty if none has
     * @throws TokenException as {@link #of(RequestMembers)}, and {@code invalid_request} for a second set of
     *         credentials
     */
    public static TokenRequest of(RequestMembers members, Optional<String> authenticated) {
        Optional<String> scope = members.string(RequestMembers.SCOPE);
        Optional<String> grantType = members.string(RequestMembers.GRANT_TYPE);
        Optional<String> clientId = members.string(RequestMembers.CLIENT_ID);
        Optional<String> clientSecret = members.string(RequestMembers.CLIENT_SECRET);

        Optional<ClientCredentials> credentials = Optional.empty();
        if (authenticated.isEmpty()) {
            credentials = bothOrNeither(clientId, clientSecret);
        } else if (clientSecret.isPresent()) {
            throw TokenError.INVALID_REQUEST.because("client credentials came in a header and in the body");
        } else if (clientId.isPresent() && !clientId.equals(authenticated)) {
            throw TokenError.INVALID_REQUEST.because("client_id differs between the header and the body");
        }
        if (grantType.isPresent() && !grantType.get().equals(CLIENT_CREDENTIALS_GRANT)) {
            throw TokenError.UNSUPPORTED_GRANT_TYPE.because("grant_type must be client_credentials or be left out");
        }
        return new TokenRequest(
                Scope.parse(scope.orElseThrow(() -> TokenError.INVALID_REQUEST.because("scope is missing"))),
                credentials);
    }

    private static Optional<ClientCredentials> bothOrNeither(Optional<String> clientId, Optional<String> clientSecret) {
        if (clientId.isPresent() != clientSecret.isPresent()) {
            throw TokenError.INVALID_REQUEST.because("client_id and client_secret belong together, send both or neither");
        }
        return clientId.map(id -> new ClientCredentials(id, clientSecret.orElseThrow()));
    }
}
