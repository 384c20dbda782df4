package dev.leantokens.issuer;

import io.smallrye.mutiny.Uni;

/** The result of looking at a token. */
public sealed interface Verification {

    /** The token is genuine and meant for this service. */
    record Verified(FederatedIdentity identity) implements Verification {
    }

    /** @param reason for the caller, as {@code error_description}: ASCII, without a received value */
    record Refused(String reason) implements Verification {
    }

    /**
     * The issuer's keys in memory do not contain the one that the token names, so the issuer is being asked.
     *
     * @param keys completes, on the caller's context, when looking at the token again gives another result; never fails
     */
    record Pending(Uni<Void> keys) implements Verification {
    }

    /** The key of the token is not known, and its issuer cannot be asked now. */
    record Unavailable() implements Verification {
    }
}
