package dev.leantokens.token;

import java.util.Objects;

/**
 * Who a call to Lean is made for, as far as others have to do with it.
 *
 * @param account what the calls of one caller are counted under, no secret
 * @param shares whether it is one of several that share the service's own budget of calls
 */
public record Requester(String account, boolean shares) {

    /** The service itself. */
    public static final Requester SERVICE = new Requester("this service", false);

    public Requester {
        Objects.requireNonNull(account, "account");
    }
}
