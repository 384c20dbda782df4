package dev.leantokens.issuer;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.leantokens.token.ScopePattern;

/**
 * Who a verified token says that the caller is, and what follows from it. Immutable; has nothing of the token itself.
 *
 * @param issuer the id of the issuer's settings
 * @param subject the claim {@code sub}
 * @param name the claim that the log and the budget call the caller by: at most 256 printable ASCII characters
 * @param scopes what the caller may request; empty if no claim entitles it to anything
 * @param oauthScopes the values of the claims {@code scope} and {@code scp}
 * @param certificate the thumbprint of the certificate that the token is bound to (RFC 8705 §3.1)
 * @param expiresAt when the token expires
 */
public record FederatedIdentity(String issuer, String subject, String name, List<ScopePattern> scopes, Set<String> oauthScopes,
        Optional<String> certificate, Instant expiresAt) {

    public FederatedIdentity {
        scopes = List.copyOf(scopes);
        oauthScopes = Set.copyOf(oauthScopes);
    }

    /** Without what the token says about the caller. */
    @Override
    public String toString() {
        return "FederatedIdentity[" + issuer + "]";
    }
}
