package dev.leantokens.token;

import java.util.Optional;

/** The service's own credentials at Lean. Implementations are thread-safe and never block. */
public interface ServiceCredentials {

    /**
     * @return whose they are and which; empty if none are configured. The same object as long as they are the same
     */
    Optional<ServiceClient> current();
}
