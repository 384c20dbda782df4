package dev.leantokens.issuer;

import java.util.List;
import java.util.Optional;

import org.jose4j.jwk.PublicJsonWebKey;

import io.smallrye.mutiny.Uni;

/** The public keys of one issuer. Thread-safe, does no I/O on the caller's thread. */
interface IssuerKeys {

    /**
     * @return the keys as they were last obtained; the same list until they change. Empty if none have been, or if that is
     *         longer ago than an outage may last
     */
    Optional<List<PublicJsonWebKey>> current();

    /**
     * Asks the issuer for its keys, at most once in 30 s. Callers that ask meanwhile share the request.
     *
     * @param seen the keys of {@link #current()} that are not enough
     * @return completes on the caller's context when the issuer has responded or failed, at once if the keys have changed since
     *         the caller has seen them, and never fails; empty if the issuer was asked a short time ago
     */
    Optional<Uni<Void>> refresh(Optional<List<PublicJsonWebKey>> seen);

    /** @return whether they could not be obtained when they were last asked for, so that newer ones are possible */
    boolean mayBeOutdated();

    /** @return whether both are the same list, or no list */
    static boolean same(Optional<List<PublicJsonWebKey>> one, Optional<List<PublicJsonWebKey>> other) {
        return one.orElse(null) == other.orElse(null);
    }
}
