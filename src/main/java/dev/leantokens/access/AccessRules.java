package dev.leantokens.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.access.AccessConfig.CallerCredentials;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;
import dev.leantokens.token.TokenConfig;

/** Decides who a caller is and whose credentials its request uses, or that it may use none. Thread-safe. */
@ApplicationScoped
public class AccessRules {

    private final AccessConfig config;
    private final TokenConfig tokens;
    private final ConfiguredClients clients;

    public AccessRules(AccessConfig config, TokenConfig tokens, ConfiguredClients clients) {
        this.config = config;
        this.tokens = tokens;
        this.clients = clients;
    }

    /**
     * @return the client that the header is of; empty if it is not meant for this service
     * @throws TokenException {@code invalid_client} if there is no such client, or its secret is another;
     *         {@code invalid_request} if the secret is for Lean and not form-encoded
     */
    Optional<Client> authenticate(AuthorizationHeader header) {
        if (header.clientId().isPresent()) {
            return Optional.of(authenticate(header.clientId().get(), header));
        }
        LocalClients local = clients.current();
        if (local.size() == 0 && config.anonymous() == Anonymous.ALWAYS) {
            // The platform in front has authenticated the caller by it, and hands it on.
            return Optional.empty();
        }
        return Optional.of(local.find(header.sentSecret()).orElseThrow(AccessRules::unknown));
    }

    /**
     * @param sent the credentials among the members of a request
     * @return the client that a token is requested for; empty for none
     * @throws TokenException {@code invalid_client} if the client is not known here, or the caller is not allowed to come
     *         without credentials
     */
    Optional<Client> client(Optional<ClientCredentials> sent, Caller caller, BodyCredentials meaning) {
        Optional<Client> client = caller.client();
        if (sent.isPresent()) {
            client = Optional.of(meaning == BodyCredentials.GO_TO_LEAN ? clientOfLean(sent.get()) : authenticate(sent.get()));
        }
        if (client.isEmpty() && !mayBeAnonymous(caller)) {
            throw refused(caller, meaning);
        }
        return client;
    }

    /**
     * @param client as {@link #client} has found it
     * @return the scope of the token, whose credentials go to Lean, and who for
     * @throws TokenException {@code invalid_scope} if the request names no scope and the client has no default, or the client
     *         may not have the scope
     */
    Entitlement entitle(AccessTokenRequest request, Optional<Client> client, Caller caller) {
        Scope scope = request.scope().or(() -> client.flatMap(Client::defaultScope)).orElseThrow(
                () -> TokenError.INVALID_SCOPE.because("scope is missing, ask for " + available(client)));
        if (client.isPresent() && !client.get().mayHave(scope)) {
            throw TokenError.INVALID_SCOPE.because("this client may not have this scope, ask for " + available(client));
        }
        Optional<ClientCredentials> own = client.flatMap(Client::leanCredentials);
        return new Entitlement(scope, own, client.or(caller::client), caller.address(), sharers(),
                config.callerCredentials() == CallerCredentials.ALLOWED);
    }

    /** @return the number of those that share the service's budget: each local client, and all anonymous callers as one */
    private int sharers() {
        return Math.max(1, clients.current().size() + (config.anonymous() == Anonymous.NEVER ? 0 : 1));
    }

    /** @return the scopes that a client may have, in words */
    private String available(Optional<Client> client) {
        return ScopePattern.describe(Caller.local(client).map(LocalClient::scopes).orElseGet(tokens::scopes));
    }

    /**
     * For an adapter whose callers authenticate by header, before it looks at anything else that they sent.
     *
     * @throws TokenException {@code invalid_client} if nothing that follows could entitle the caller
     */
    public void requireEntitled(Caller caller) {
        boolean bodyCouldHelp = config.callerCredentials() == CallerCredentials.ALLOWED;
        if (caller.client().isEmpty() && !mayBeAnonymous(caller) && !bodyCouldHelp) {
            throw refused(caller, BodyCredentials.GO_TO_LEAN);
        }
    }

    /** @return whether no caller can use the service's own Lean credentials, so that none need be configured */
    public boolean onlyCallerCredentials() {
        return config.anonymous() == Anonymous.NEVER && config.callerCredentials() == CallerCredentials.ALLOWED
                && clients.current().size() == 0;
    }

    /**
     * @param serviceCredentials whether the service has Lean credentials, without which only callers with their own get a token
     * @return the callers that get tokens with the current configuration
     */
    public Audience audience(boolean serviceCredentials) {
        List<String> groups = new ArrayList<>();
        if (serviceCredentials) {
            switch (config.anonymous()) {
                case ALWAYS -> groups.add("everyone, without credentials");
                case LOOPBACK -> groups.add("callers on this machine, without credentials");
                case NEVER -> {
                    // Not a group.
                }
            }
            int local = clients.current().size();
            if (local > 0) {
                groups.add(local == 1 ? "1 local client" : local + " local clients");
            }
        }
        if (config.callerCredentials() == CallerCredentials.ALLOWED) {
            groups.add("callers with Lean credentials of their own");
        }
        return new Audience(serviceCredentials && config.anonymous() == Anonymous.ALWAYS, groups);
    }

    /** Lean's secrets are read as RFC 6749 says, so that the right one goes to Lean; local ones as clients send them. */
    private Client authenticate(String id, AuthorizationHeader basic) {
        if (LeanIssuedClient.isId(id)) {
            return clientOfLean(new ClientCredentials(id, basic.formDecodedSecret()));
        }
        return clients.current().find(id, basic.readings()).orElseThrow(AccessRules::unknown);
    }

    private Client authenticate(ClientCredentials sent) {
        if (LeanIssuedClient.isId(sent.clientId())) {
            return clientOfLean(sent);
        }
        return clients.current().find(sent.clientId(), sent.clientSecret()).orElseThrow(AccessRules::unknown);
    }

    private Client clientOfLean(ClientCredentials sent) {
        if (!LeanIssuedClient.isId(sent.clientId())) {
            throw TokenError.CALLER_REFUSED.because("client_id is not of Lean's shape, a UUID; "
                    + "a local client authenticates by the Authorization header of the MCP client's configuration");
        }
        if (config.callerCredentials() == CallerCredentials.REFUSED) {
            throw TokenError.CALLER_REFUSED.because("this service takes no Lean credentials of its callers");
        }
        return new LeanIssuedClient(sent);
    }

    private static TokenException unknown() {
        return TokenError.CALLER_REFUSED.because("the client is unknown or its secret is wrong");
    }

    private TokenException refused(Caller caller, BodyCredentials meaning) {
        boolean proxied = config.anonymous() == Anonymous.LOOPBACK && caller.cameThroughProxy();
        return TokenError.CALLER_REFUSED.because(meaning.refusal() + (proxied
                ? " (a header of this request is one that proxies add, so it does not count as sent from this machine)"
                : ""));
    }

    private boolean mayBeAnonymous(Caller caller) {
        return switch (config.anonymous()) {
            case ALWAYS -> true;
            case LOOPBACK -> caller.local();
            case NEVER -> false;
        };
    }
}
