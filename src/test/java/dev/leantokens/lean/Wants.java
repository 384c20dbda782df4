package dev.leantokens.lean;

import java.util.Optional;

import dev.leantokens.token.Acceptance;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.LeanRequest;
import dev.leantokens.token.LeanRequest.Purpose;
import dev.leantokens.token.Requester;
import dev.leantokens.token.Requesters;
import dev.leantokens.token.Scope;

/** Calls that a budget is asked for. */
final class Wants {

    static final String SERVICE = "service";

    private Wants() {
    }

    /** @return a call with the service's credentials */
    static WantedCall ofService(Requester requester) {
        return ofService(new Requesters(requester, Purpose.NEED));
    }

    static WantedCall ofService(Requesters requesters) {
        return new WantedCall(SERVICE, true, true, new LeanRequest(Optional.empty(), SERVICE, new Scope("api"), requesters,
                Acceptance.NONE));
    }

    static WantedCall optional(Requester requester) {
        return ofService(new Requesters(requester, Purpose.REPLACEMENT));
    }

    /** @return a call with a caller's credentials */
    static WantedCall ofCaller(String clientId, String secret, boolean accepted, String address) {
        return new WantedCall(clientId, clientId.equalsIgnoreCase(SERVICE), accepted,
                new LeanRequest(Optional.of(new ClientCredentials(clientId, secret)), clientId + secret, new Scope("api"),
                        Purpose.NEED, one("address " + address, "anonymous", 1)));
    }

    /** @return the only one that uses the service's credentials */
    static Requester alone() {
        return one("address a", "anonymous", 1);
    }

    static Requester one(String account, String sharer, int sharers) {
        return one(account, sharer, sharers, false);
    }

    static Requester one(String account, String sharer, int sharers, boolean areTriesAllowed) {
        return new Requester() {

            @Override
            public String account() {
                return account;
            }

            @Override
            public String sharer() {
                return sharer;
            }

            @Override
            public int sharers() {
                return sharers;
            }

            @Override
            public boolean areTriesAllowed() {
                return areTriesAllowed;
            }
        };
    }
}
