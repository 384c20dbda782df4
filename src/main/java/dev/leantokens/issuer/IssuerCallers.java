package dev.leantokens.issuer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.leantokens.token.ScopePattern;

/** Which holders of an issuer's tokens are callers here, and what they may request. Immutable. */
final class IssuerCallers {

    private final String id;
    private final Set<String> audiences;
    private final Map<ClaimName, ClaimPattern> patterns;
    private final List<ScopeTemplate> scopes;
    private final ClaimName nameClaim;

    IssuerCallers(IssuerSettings settings) {
        this.id = settings.id();
        this.audiences = settings.audiences();
        this.patterns = settings.claims().entrySet().stream().collect(Collectors
                .toUnmodifiableMap(entry -> ClaimName.of(entry.getKey()), entry -> ClaimPattern.of(entry.getValue())));
        this.scopes = settings.scopes().stream().map(ScopeTemplate::of).toList();
        this.nameClaim = ClaimName.of(settings.nameClaim());
    }

    String id() {
        return id;
    }

    Set<String> audiences() {
        return audiences;
    }

    boolean include(Map<String, Object> claims) {
        return patterns.entrySet().stream()
                .allMatch(pattern -> pattern.getValue().matches(pattern.getKey().valueIn(claims)));
    }

    FederatedIdentity identity(SignedToken token, Instant expiresAt) throws RefusedTokenException {
        TokenClaims claims = new TokenClaims(token.claims());
        List<ScopePattern> entitlements = new ArrayList<>();
        for (ScopeTemplate template : scopes) {
            template.entitlement(token.claims()).ifPresent(entitlements::add);
        }
        Optional<String> certificate = claims.certificate();
        return new FederatedIdentity(id, claims.subject(), claims.name(nameClaim), entitlements, claims.oauthScopes(),
                certificate, expiresAt);
    }
}
