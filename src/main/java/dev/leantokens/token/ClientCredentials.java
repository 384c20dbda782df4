package dev.leantokens.token;

import java.util.Objects;

/**
 * A client identifier and its secret (RFC 6749 §2.3.1). Which client is meant, one of Lean or one of this service,
 * depends on the place where it is used.
 */
public record ClientCredentials(String clientId, String clientSecret) {

    public ClientCredentials {
        Objects.requireNonNull(clientId, "clientId");
        Objects.requireNonNull(clientSecret, "clientSecret");
    }

    /** Neither part: an id that a caller mistyped can be a secret. */
    @Override
    public String toString() {
        return "ClientCredentials[masked]";
    }
}
