package dev.leantokens.token;

import java.util.Optional;

/** The service's own credentials at Lean. Implementations are thread-safe and never block. */
public interface ServiceCredentials {

    /**
     * The client that this service is at Lean.
     *
     * @param clientId its client identifier (RFC 6749 §2.2)
     * @param fingerprint differs for each secret or key, and from that of a caller with the same; equal in all replicas
     */
    record ServiceClient(String clientId, String fingerprint) {

        /** @param key the secret or the private key; empty if a certificate takes its place */
        public static ServiceClient of(String clientId, String key) {
            return new ServiceClient(clientId, "service " + TokenKey.digest(new ClientCredentials(clientId, key)));
        }

        /** Excludes both: someone may have configured a secret in place of the id, and readers could guess the key. */
        @Override
        public String toString() {
            return "ServiceClient[masked]";
        }
    }

    /** @return the current client; empty if none is configured. The same object until the secret or key changes */
    Optional<ServiceClient> current();
}
