package dev.leantokens.lean;

import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;

/**
 * A call for which the budget is asked.
 *
 * @param clientId the client of Lean that it is made for; upper and lower case are the same
 * @param services whether that is the service's own client
 * @param accepted whether Lean has accepted the credentials before; otherwise the call is a try
 * @param request what Lean is asked for
 */
record WantedCall(String clientId, boolean services, boolean accepted, UpstreamTokenRequest request) {

    /** @return whether the credentials are the service's, and not a caller's for the same client */
    boolean isServices() {
        return request.owner() == CredentialsOwner.SERVICE;
    }

    /** @return tells the credentials from others */
    String credentials() {
        return request.fingerprint();
    }

    CallerAccounts accounts() {
        return request.accounts();
    }

    /** @return whether it can be left undone */
    boolean isOptional() {
        return request.purpose() == Purpose.REPLACEMENT;
    }

    @Override
    public String toString() {
        return "WantedCall[" + request + "]";
    }
}
