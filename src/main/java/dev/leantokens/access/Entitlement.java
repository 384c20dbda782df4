package dev.leantokens.access;

import java.util.Optional;

import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;

/**
 * What a caller may use.
 *
 * @param scope what its token is for
 * @param leanCredentials its own Lean credentials; empty for the service's
 * @param client who it has shown or said that it is
 * @param address where it comes from
 * @param sharers the number of those that can use the service's budget
 * @param areTriesAllowed whether callers may bring Lean credentials of their own
 */
record Entitlement(Scope scope, Optional<ClientCredentials> leanCredentials, Optional<Client> client, String address,
        int sharers, boolean areTriesAllowed) implements CallerAccount {

    private static final String ANONYMOUS = "anonymous callers";

    @Override
    public String account() {
        return Caller.account(client, address);
    }

    /** Addresses are many, so all callers without credentials are one. */
    @Override
    public String sharer() {
        return Caller.local(client).isPresent() ? account() : ANONYMOUS;
    }
}
