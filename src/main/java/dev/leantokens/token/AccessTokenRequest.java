package dev.leantokens.token;

import java.util.Optional;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

/**
 * A well-formed access token request of a caller (RFC 6749 §4.4.2), without its credentials. The grant is always
 * {@code client_credentials}; whether the scope is allowed is checked later.
 *
 * @param scope the requested scope; empty if the request names none
 */
public record AccessTokenRequest(Optional<Scope> scope) {

    private static final String CLIENT_CREDENTIALS_GRANT = "client_credentials";

    /**
     * Checks the members that are not credentials.
     *
     * @throws TokenException {@code invalid_request}, {@code unsupported_grant_type} or {@code invalid_scope}
     */
    public static AccessTokenRequest of(RequestMembers members) {
        Optional<String> scope = members.scope();
        Optional<String> grantType = members.grantType();
        if (grantType.isPresent() && !grantType.get().equals(CLIENT_CREDENTIALS_GRANT)) {
            throw TokenError.UNSUPPORTED_GRANT_TYPE.because("grant_type must be client_credentials or be left out");
        }
        return new AccessTokenRequest(scope.map(Scope::parse));
    }
}
