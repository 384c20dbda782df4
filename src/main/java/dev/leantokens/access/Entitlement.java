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
 * @param triesAllowed whether callers may bring Lean credentials of their own
 */
record Entitlement(Scope scope, Optional<ClientCredentials> leanCredentials, Optional<Client> client, String address,
        int sharers, boolean triesAllowed) {

    private static final String ANONYMOUS = "anonymous callers";

    /** @return the account for a call to Lean. Addresses are many, so all callers without credentials are one sharer */
    CallerAccount callerAccount() {
        String account = Caller.account(client, address);
        return new CallerAccount(account, Caller.local(client).isPresent() ? account : ANONYMOUS, sharers, triesAllowed);
    }
}
