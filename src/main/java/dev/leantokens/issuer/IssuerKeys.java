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
     * Asks the issuer for its keys. Callers that ask meanwhile share the request.
     *
     * @return completes when the issuer has responded or failed, and never fails; empty if it was asked a short time ago
     */
    Optional<Uni<Void>> refresh();
}
