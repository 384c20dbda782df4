package dev.leantokens.access;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.Origin;
import dev.leantokens.token.TokenException;
import dev.leantokens.token.TokenMetrics;
import dev.leantokens.token.TokenRequest;
import dev.leantokens.token.TokenService;
import io.smallrye.mutiny.Uni;

/** Where an adapter's request goes: through the access rules, to the token service. Thread-safe. */
@ApplicationScoped
public class TokenAccess {

    private final AccessRules rules;
    private final TokenService tokens;
    private final TokenMetrics metrics;

    public TokenAccess(AccessRules rules, TokenService tokens, TokenMetrics metrics) {
        this.rules = rules;
        this.tokens = tokens;
        this.metrics = metrics;
    }

    /**
     * @param meaning what client credentials in the request mean
     * @param adapter who asks for the caller
     * @return the token; or a failure that is always a {@link TokenException}
     * @throws TokenException at once, if the caller may not have one
     */
    public Uni<IssuedToken> request(TokenRequest request, Caller caller, BodyCredentials meaning, Origin adapter) {
        Entitlement entitlement = rules.entitle(request, caller, meaning);
        long begun = System.nanoTime();
        return tokens.issue(request.scope(), entitlement.leanCredentials(), caller.cacheControl(), entitlement)
                .onItemOrFailure().invoke((issued, failure) -> {
                    metrics.took(adapter, System.nanoTime() - begun);
                    if (issued != null) {
                        metrics.issued(adapter, issued.cacheStatus());
                    }
                });
    }
}
