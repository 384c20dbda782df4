package dev.leantokens.access;

import java.util.Optional;

import jakarta.inject.Singleton;

import dev.leantokens.access.AccessRules.BodyCredentials;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Issuance;
import dev.leantokens.token.RequestMembers;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenMetrics;
import dev.leantokens.token.TokenService;
import io.vertx.ext.web.RoutingContext;

/** Passes an adapter's request through the access rules to the token service. Thread-safe. */
@Singleton
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
     * @return the token, or a failure
     * @throws TokenException if the request is malformed or the caller may not have the token
     */
    public Issuance request(RequestMembers members, RoutingContext context, BodyCredentials meaning, Origin adapter) {
        Caller caller = Caller.of(context);
        boolean authenticates = meaning == BodyCredentials.AUTHENTICATE_CALLER;
        if (authenticates) {
            // Also alone, as RFC 8705 §2 has it.
            members.clientId().ifPresent(caller::requireCertified);
        }
        Optional<ClientCredentials> sent = ClientCredentials.of(members,
                authenticates ? authenticatedId(members, caller) : Optional.empty());
        Optional<Client> client = rules.client(sent, caller, meaning);
        if (authenticates && sent.isPresent()) {
            caller.authenticatedAs(client).storeIn(context);
        }
        Scope scope = rules.entitle(AccessTokenRequest.of(members), client);
        long started = System.nanoTime();
        return tokens
                .issue(scope, client.flatMap(Client::leanCredentials), caller.cacheControl(),
                        () -> rules.account(client, caller))
                .whenDone((issued, failure) -> {
                    metrics.recordDuration(adapter, System.nanoTime() - started);
                    if (issued != null) {
                        metrics.recordIssued(adapter, issued.source());
                    }
                });
    }

    /** A certificate is no second place of credentials: the same client may send its secret, too. */
    private static Optional<String> authenticatedId(RequestMembers members, Caller caller) {
        return (members.clientSecret().isPresent() ? caller.presented() : caller.client()).map(Client::id);
    }
}
