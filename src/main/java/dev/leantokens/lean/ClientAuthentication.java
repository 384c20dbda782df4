package dev.leantokens.lean;

import io.smallrye.mutiny.Uni;

/** How a client of Lean shows who it is. Implementations are thread-safe and never block. */
interface ClientAuthentication {

    /** @return what to send with one call */
    Uni<ClientProof> proof();
}
