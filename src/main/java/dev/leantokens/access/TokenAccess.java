package dev.leantokens.access;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.access.AccessRules.BodyCredentials;
import dev.leantokens.access.AccessRules.Entitlement;
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

/** Passes an adapter's request through the access rules to the token service. Thread-safe. */
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
     * Authenticates the caller first, so that the log has its id even if the rest of the request is invalid.
     *
     * @param members the members that the adapter has read
     * @param context the context of the same request, after {@link CallerFilter}
     * @param meaning the meaning of client credentials among the members
     * @param adapter the adapter, for the metrics
     * @return the token, or a failure that is always a {@link TokenException}
     * @throws TokenException if the request is malformed or the caller may not have the token
     */
    public Uni<IssuedToken> request(RequestMembers members, RoutingContext context, BodyCredentials meaning, Origin adapter) {
        Caller caller = Caller.of(context);
        boolean authenticates = meaning == BodyCredentials.AUTHENTICATE_CALLER;
        Optional<ClientCredentials> sent = ClientCredentials.of(members,
                authenticates ? caller.client().map(Client::id) : Optional.empty());
        Optional<Client> client = rules.client(sent, caller, meaning);
        if (authenticates && sent.isPresent()) {
            caller.authenticatedAs(client).storeIn(context);
        }
        Entitlement entitlement = rules.entitle(AccessTokenRequest.of(members), client, caller);
        long started = System.nanoTime();
        return tokens
                .issue(entitlement.scope(), entitlement.leanCredentials(), caller.cacheControl(), entitlement::callerAccount)
                .onItemOrFailure().invoke((issued, failure) -> {
                    metrics.recordDuration(adapter, System.nanoTime() - started);
                    if (issued != null) {
                        metrics.recordIssued(adapter, issued.source());
                    }
                });
    }
}
