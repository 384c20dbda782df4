package dev.leantokens.access;

import java.util.Optional;

import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;

/** A client (RFC 6749 §2) that a caller has shown itself to be, or says that it is where only Lean can tell. Immutable. */
public sealed interface Client permits LocalClient, LeanIssuedClient {

    /** @return the client identifier */
    String id();

    /** @return the credentials that go to Lean for this client; empty for the service's own */
    Optional<ClientCredentials> leanCredentials();

    /** @return the scope of a request that names none; empty if each has to name one */
    Optional<Scope> defaultScope();

    /** @return whether the client may have tokens for this scope, as far as is decided here */
    boolean mayHave(Scope scope);
}
