package dev.leantokens.access;

import java.util.Optional;

import dev.leantokens.http.Endpoint;

/**
 * The protected resource (RFC 9728) that MCP is, if clients can get tokens for it from the trusted issuers on their own.
 * Thread-safe.
 */
public interface ProtectedResource {

    /**
     * @return the only audience of tokens that the endpoint accepts (RFC 8707); empty for the audiences in their issuer's
     *         settings
     */
    Optional<String> audienceAt(Endpoint endpoint);

    /** @return the host name of the resource, under which the service is served too; empty if MCP is no protected resource */
    Optional<String> host();
}
