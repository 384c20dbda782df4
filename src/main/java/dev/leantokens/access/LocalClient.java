package dev.leantokens.access;

import java.util.List;
import java.util.Optional;

import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;

/**
 * A client that is configured here and uses the service's own Lean credentials. Its id is never of the shape that Lean's have.
 *
 * @param id the client identifier
 * @param secrets digests of the secrets that it may authenticate with: one, or two while one takes the other's place
 * @param scopes what it may have
 * @param defaultScope the scope of a request that names none, which it may have
 */
record LocalClient(String id, List<SecretDigest> secrets, List<ScopePattern> scopes, Optional<Scope> defaultScope)
        implements
            Client {

    LocalClient {
        secrets = List.copyOf(secrets);
        scopes = List.copyOf(scopes);
    }

    @Override
    public Optional<ClientCredentials> leanCredentials() {
        return Optional.empty();
    }

    @Override
    public boolean mayHave(Scope scope) {
        return ScopePattern.anyAllows(scopes, scope);
    }
}
