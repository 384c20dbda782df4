package dev.leantokens.access;

import java.util.List;
import java.util.Optional;

import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;

/** A client that this service has authenticated. It uses the service's Lean credentials. Immutable. */
sealed interface VerifiedClient extends Client permits LocalClient, FederatedClient {

    /** @return what distinguishes it from every other client: an MCP session belongs to one identity */
    String identity();

    /** @return the name in the log, and for limits and shares of the budget */
    String account();

    /** @return the scopes that it may request */
    List<ScopePattern> scopes();

    @Override
    default Optional<ClientCredentials> leanCredentials() {
        return Optional.empty();
    }

    @Override
    default boolean mayHave(Scope scope) {
        return ScopePattern.anyAllows(scopes(), scope);
    }
}
