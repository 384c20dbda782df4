package dev.leantokens.access;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.TokenException;
import dev.leantokens.token.TokenRequest;
import dev.leantokens.token.TokenService;
import io.smallrye.mutiny.Uni;

/** Where an adapter's request goes: through the access rules, to the token service. Thread-safe. */
@ApplicationScoped
public class TokenAccess {

    private final AccessRules rules;
    private final TokenService tokens;

    public TokenAccess(AccessRules rules, TokenService tokens) {
        this.rules = rules;
        this.tokens = tokens;
    }

    /**
     * @param meaning what client credentials in the request mean
     * @return the token; or a failure that is always a {@link TokenException}
     * @throws TokenException at once, if the caller may not have one
     */
    public Uni<IssuedToken> request(TokenRequest request, Caller caller, BodyCredentials meaning) {
        Entitlement entitlement = rules.entitle(request, caller, meaning);
        return tokens.issue(request.scope(), entitlement.leanCredentials(), caller.cacheControl(), entitlement);
    }
}
