package dev.leantokens.token;

import java.util.Objects;

/**
 * An access token request as it goes to Lean by the client credentials grant (RFC 6749 §4.4.2).
 *
 * @param credentials the credentials of a client of Lean
 * @param owner who they belong to
 * @param scope the scope to ask for
 */
public record LeanRequest(ClientCredentials credentials, CredentialsOwner owner, Scope scope) {

    public LeanRequest {
        Objects.requireNonNull(credentials, "credentials");
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(scope, "scope");
    }
}
