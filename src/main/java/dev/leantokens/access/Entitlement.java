package dev.leantokens.access;

import java.util.Optional;

import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;

/**
 * What a request may use.
 *
 * @param scope the scope of the token
 * @param leanCredentials the caller's Lean credentials; empty for the service's
 * @param client the caller, or the client that it requests the token for; empty for an anonymous caller
 * @param address the address of the caller's socket
 * @param sharers the number of parties that share the service's budget
 * @param triesAllowed whether callers may send their own Lean credentials
 */
record Entitlement(Scope scope, Optional<ClientCredentials> leanCredentials, Optional<Client> client, String address,
        int sharers, boolean triesAllowed) {

    private static final String ANONYMOUS = "anonymous callers";

    /** @return the account for a call to Lean. All callers without credentials are one sharer, as addresses are many */
    CallerAccount callerAccount() {
        String account = Caller.account(client, address);
        return new CallerAccount(account, Caller.localClient(client).isPresent() ? account : ANONYMOUS, sharers, triesAllowed);
    }
}
