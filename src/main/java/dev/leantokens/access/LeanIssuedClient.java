package dev.leantokens.access;

import java.util.Optional;
import java.util.regex.Pattern;

import dev.leantokens.audit.AuditedClient;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;

/** A client registered at Lean. Its credentials are passed on as they are, and Lean verifies them. */
record LeanIssuedClient(ClientCredentials credentials) implements Client {

    /** Lean's client ids are UUIDs. Any other id is a mistake, and its secret must not be sent to Lean. */
    private static final Pattern ID = Pattern.compile(
            "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    /** @return whether an id has the form of Lean's client ids */
    static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    @Override
    public String id() {
        return credentials.clientId();
    }

    @Override
    public AuditedClient audited() {
        return AuditedClient.OF_LEAN;
    }

    @Override
    public Optional<ClientCredentials> leanCredentials() {
        return Optional.of(credentials);
    }

    @Override
    public Optional<Scope> defaultScope() {
        return Optional.empty();
    }

    @Override
    public boolean mayHave(Scope scope) {
        return true;
    }
}
