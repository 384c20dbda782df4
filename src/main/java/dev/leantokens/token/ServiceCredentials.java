package dev.leantokens.token;

import java.util.Optional;

/** The service's own credentials at Lean. Implementations are thread-safe and never block. */
public interface ServiceCredentials {

    /**
     * The client that this service is at Lean.
     *
     * @param clientId its client identifier (RFC 6749 §2.2)
     * @param version differs for each secret or key that it has had since the start
     */
    record ServiceClient(String clientId, int version) {

        /** Excludes the id: someone may have configured a secret in its place. */
        @Override
        public String toString() {
            return "ServiceClient[version=" + version + "]";
        }
    }

    /** @return the current client; empty if none is configured. The same object until the secret or key changes */
    Optional<ServiceClient> current();
}
