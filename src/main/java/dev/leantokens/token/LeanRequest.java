package dev.leantokens.token;

import java.util.Objects;

/**
 * An access token request as it goes to Lean by the client credentials grant (RFC 6749 §4.4.2).
 *
 * @param credentials the credentials of a client of Lean
 * @param owner who they belong to
 * @param scope the scope to ask for
 * @param purpose what the token is wanted for
 * @param requester who it is wanted by
 */
public record LeanRequest(ClientCredentials credentials, CredentialsOwner owner, Scope scope, Purpose purpose,
        Requester requester) {

    /** What a token is wanted for. It decides how much of the budget of calls there is for it. */
    public enum Purpose {
        /** A caller waits for it, and there is none for it. */
        NEED,
        /** There is one that is still good, which it is to replace. */
        REPLACEMENT
    }

    public LeanRequest {
        Objects.requireNonNull(credentials, "credentials");
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(purpose, "purpose");
        Objects.requireNonNull(requester, "requester");
    }

    /** @return the same request for another purpose */
    public LeanRequest withPurpose(Purpose other) {
        return new LeanRequest(credentials, owner, scope, other, requester);
    }
}
