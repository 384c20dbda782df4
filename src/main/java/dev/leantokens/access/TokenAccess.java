package dev.leantokens.access;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.RequestMembers;
import dev.leantokens.token.TokenMetrics;
import dev.leantokens.token.TokenService;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

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
     * Authenticates the caller before the rest of the request is checked, so that the log has its id whatever is
     * wrong with the rest.
     *
     * @param members what the adapter has read of the request
     * @param context of the same request, which the filter of this package has seen
     * @param meaning what client credentials among the members mean
     * @param adapter who asks for the caller
     * @return the token; or a failure that is always a {@link TokenException}
     * @throws TokenException at once, if the request is malformed or the caller may not have a token
     */
    public Uni<IssuedToken> request(RequestMembers members, RoutingContext context, BodyCredentials meaning, Origin adapter) {
        Caller caller = Caller.of(context);
        boolean authenticates = meaning == BodyCredentials.AUTHENTICATE_CALLER;
        Optional<ClientCredentials> sent = ClientCredentials.of(members,
                authenticates ? caller.client().map(Client::id) : Optional.empty());
        Optional<Client> client = rules.client(sent, caller, meaning);
        if (authenticates && sent.isPresent()) {
            caller.as(client).keepIn(context);
        }
        Entitlement entitlement = rules.entitle(AccessTokenRequest.of(members), client, caller);
        long begun = System.nanoTime();
        return tokens
                .issue(entitlement.scope(), entitlement.leanCredentials(), caller.cacheControl(), entitlement::callerAccount)
                .onItemOrFailure().invoke((issued, failure) -> {
                    metrics.took(adapter, System.nanoTime() - begun);
                    if (issued != null) {
                        metrics.issued(adapter, issued.source());
                    }
                });
    }
}
