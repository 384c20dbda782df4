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
     * @return completes on the caller's context when the issuer has responded or failed, and never fails; empty if it was asked
     *         a short time ago. The keys can have changed meanwhile: a caller whose keys are no longer the {@link #current()}
     *         ones looks at those
     */
    Optional<Uni<Void>> refresh();
}
