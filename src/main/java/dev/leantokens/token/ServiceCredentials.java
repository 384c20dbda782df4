package dev.leantokens.token;

import java.util.Optional;

/** The service's own Lean credentials. Implementations are thread-safe and never block. */
public interface ServiceCredentials {

    /** @return the credentials in force now; empty if none are configured */
    Optional<ClientCredentials> current();
}
