package dev.leantokens.access;

import java.util.Optional;

import jakarta.inject.Singleton;

import dev.leantokens.access.AccessRules.BodyCredentials;
import dev.leantokens.audit.AuditLog;
import dev.leantokens.audit.AuditedRequest;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.ClientAssertion;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Issuance;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.RequestMembers;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenAttributes;
import dev.leantokens.token.TokenMetrics;
import dev.leantokens.token.TokenService;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.trace.Traces;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** Passes an adapter's request through the access rules to the token service. Thread-safe. */
@Singleton
public class TokenAccess {

    private final AccessRules rules;
    private final TokenService tokens;
    private final TokenMetrics metrics;
    private final Traces traces;
    private final AuditLog audit;

    public TokenAccess(AccessRules rules, TokenService tokens, TokenMetrics metrics, Traces traces, AuditLog audit) {
        this.rules = rules;
        this.tokens = tokens;
        this.metrics = metrics;
        this.traces = traces;
        this.audit = audit;
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
        AuditedRequest audited = audit.request(adapter, caller, caller.address(), context);
        Span span = traces.currentSpan();
        try {
            // After the audit, which can refuse the token.
            return audited.outcome(request(members, context, meaning, adapter, audited)).whenDone((issued, failure) -> {
                if (issued != null) {
                    metrics.recordIssued(adapter, issued.source());
                    TokenAttributes.describe(span, issued);
                }
            });
        } catch (TokenException e) {
            throw audited.refused(e);
        }
    }

    private Issuance request(RequestMembers members, RoutingContext context, BodyCredentials meaning, Origin adapter,
            AuditedRequest audited) {
        Optional<Client> client;
        try {
            client = client(members, context, meaning);
        } catch (KeysAwaited awaited) {
            return new Issuance.Pending(awaited.keys().onItem()
                    .transformToUni(known -> requestAgain(members, context, meaning, adapter, audited)));
        }
        return request(members, context, client, adapter, audited);
    }

    private Uni<IssuedToken> requestAgain(RequestMembers members, RoutingContext context, BodyCredentials meaning,
            Origin adapter, AuditedRequest audited) {
        try {
            return request(members, context, client(members, context, meaning), adapter, audited).toUni();
        } catch (KeysAwaited awaitedAgain) {
            // The issuers have been reloaded meanwhile.
            throw CallerAuthentication.keysUnavailable();
        }
    }

    /** @return the client that the token is requested for, which is the caller's from then on if it has authenticated now */
    private Optional<Client> client(RequestMembers members, RoutingContext context, BodyCredentials meaning) {
        Caller caller = Caller.of(context);
        boolean authenticates = meaning == BodyCredentials.AUTHENTICATE_CALLER;
        if (!authenticates && members.haveClientAssertion()) {
            throw TokenError.CALLER_REFUSED
                    .because("a client assertion is not accepted here: the MCP client sends its token in "
                            + "the Authorization header, by its configuration");
        }
        Optional<ClientAssertion> assertion = authenticates ? ClientAssertion.of(members, caller.presented().isPresent())
                : Optional.empty();
        if (assertion.isPresent()) {
            TokenDemands token = TokenDemands.of(Optional.empty(), context.request().connection());
            Optional<Client> asserted = Optional.of(rules.authentication().authenticate(assertion.get(), token));
            caller.authenticatedAs(asserted).storeIn(context);
            return asserted;
        }
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
        return client;
    }

    private Issuance request(RequestMembers members, RoutingContext context, Optional<Client> client, Origin adapter,
            AuditedRequest audited) {
        Caller caller = Caller.of(context);
        Optional<ClientCredentials> callers = client.flatMap(Client::leanCredentials);
        audited.isOf(caller, callers);
        AccessTokenRequest request = AccessTokenRequest.of(members);
        request.scope().ifPresent(audited::isFor);
        Scope scope = rules.entitle(request, client);
        audited.isFor(scope);
        TokenAttributes.describe(traces.currentSpan(), adapter, scope,
                callers.isPresent() ? CredentialsOwner.CALLER : CredentialsOwner.SERVICE);
        long started = System.nanoTime();
        return tokens
                .issue(scope, callers, caller.cacheControl(),
                        () -> rules.account(client, caller))
                .whenDone((issued, failure) -> metrics.recordDuration(adapter, System.nanoTime() - started));
    }

    /** A certificate is no second place of credentials: the same client may send its secret, too. */
    private static Optional<String> authenticatedId(RequestMembers members, Caller caller) {
        return (members.clientSecret().isPresent() ? caller.presented() : caller.client()).map(Client::id);
    }
}
