package dev.leantokens.lean;

import java.util.Optional;

import dev.leantokens.token.AcceptedCredentials.Acceptance;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;

/** Calls that a budget is asked for. */
final class Wants {

    static final String SERVICE = "service";

    private Wants() {
    }

    /** @return a call with the service's credentials */
    static WantedCall ofService(CallerAccount requester) {
        return ofService(new CallerAccounts(requester, Purpose.NEED));
    }

    static WantedCall ofService(CallerAccounts requesters) {
        return new WantedCall(SERVICE, true, true,
                new UpstreamTokenRequest(Optional.empty(), SERVICE, new Scope("api"), requesters,
                        Acceptance.NONE));
    }

    static WantedCall optional(CallerAccount requester) {
        return ofService(new CallerAccounts(requester, Purpose.REPLACEMENT));
    }

    /** @return a call with a caller's credentials */
    static WantedCall ofCaller(String clientId, String secret, boolean accepted, String address) {
        return new WantedCall(clientId, clientId.equalsIgnoreCase(SERVICE), accepted,
                new UpstreamTokenRequest(Optional.of(new ClientCredentials(clientId, secret)), clientId + secret,
                        new Scope("api"),
                        Purpose.NEED, one("address " + address, "anonymous", 1)));
    }

    /** @return the only one that uses the service's credentials */
    static CallerAccount alone() {
        return one("address a", "anonymous", 1);
    }

    static CallerAccount one(String account, String sharer, int sharers) {
        return one(account, sharer, sharers, false);
    }

    static CallerAccount one(String account, String sharer, int sharers, boolean triesAllowed) {
        return new CallerAccount(account, sharer, sharers, triesAllowed);
    }
}
