package dev.leantokens.token;

import java.util.Objects;

/**
 * Who this service is at Lean.
 *
 * @param clientId its client identifier (RFC 6749 §2.2)
 * @param version another number for each secret or key that it has had since the start
 */
public record ServiceClient(String clientId, int version) {

    public ServiceClient {
        Objects.requireNonNull(clientId, "clientId");
    }

    /** Without the id, lest someone has put a secret in its place. */
    @Override
    public String toString() {
        return "ServiceClient[version=" + version + "]";
    }
}
