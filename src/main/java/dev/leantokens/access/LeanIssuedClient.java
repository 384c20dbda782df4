package dev.leantokens.access;

import java.util.Optional;
import java.util.regex.Pattern;

import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;

/** A client of Lean's: its credentials are used as they are, and Lean decides about them. */
record LeanIssuedClient(ClientCredentials credentials) implements Client {

    /** Lean's ids are UUIDs. An id of another shape is somebody's mistake, and its secret must not travel to Lean. */
    private static final Pattern ID = Pattern.compile(
            "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    /** @return whether an id is of the shape that Lean's have */
    static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    @Override
    public String id() {
        return credentials.clientId();
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
