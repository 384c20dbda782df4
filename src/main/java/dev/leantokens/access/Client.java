package dev.leantokens.access;

import java.util.Optional;

import dev.leantokens.audit.AuditedClient;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;

/**
 * The client (RFC 6749 §2) that a request is made for: one that has been authenticated here, or one issued by Lean, whose
 * credentials are verified by Lean only. Immutable.
 */
sealed interface Client permits VerifiedClient, LeanIssuedClient {

    /** @return the client identifier */
    String id();

    /** @return the client as the audit names it */
    AuditedClient audited();

    /** @return the credentials to send to Lean for this client; empty for the service's */
    Optional<ClientCredentials> leanCredentials();

    /** @return the scope of a request without one; empty if every request must have a scope */
    Optional<Scope> defaultScope();

    /** @return whether this service allows the client to request a token for the scope */
    boolean mayHave(Scope scope);
}
