package dev.leantokens.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.access.AccessConfig.CallerCredentials;
import dev.leantokens.access.Exposure.Audience;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.issuer.IssuerSettings;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;
import dev.leantokens.token.TokenConfig;

/** Decides which scope and which credentials a request may use. Thread-safe. */
@Singleton
public class AccessRules {

    private static final String TOKEN_MISSING = "this caller is not authenticated: it needs an access token for this resource, "
            + "or the credentials of a local client, in the Authorization header";

    private final AccessConfig config;
    private final TokenConfig tokens;
    private final ConfiguredClients clients;
    private final CallerAuthentication authentication;
    private final RecentCallers recentCallers;

    /** The meaning of client credentials among the members of a request, which depends on the adapter's protocol. */
    public enum BodyCredentials {
        /** They authenticate the caller (RFC 6749 §2.3.1). */
        AUTHENTICATE_CALLER("client credentials are required"),
        /**
         * They are sent to Lean; the caller authenticates by header. MCP uses this: a model writes the body and must never see
         * a local client's secret.
         */
        GO_TO_LEAN("this caller is not authenticated: the configuration of the MCP client needs an Authorization header "
                + "with the credentials of a local client");

        /** Says that a caller has no credentials. Over MCP a model reads it, and must not be led to look for a secret. */
        private final String refusal;

        BodyCredentials(String refusal) {
            this.refusal = refusal;
        }
    }

    AccessRules(AccessConfig config, TokenConfig tokens, ConfiguredClients clients, CallerAuthentication authentication,
            RecentCallers recentCallers) {
        this.config = config;
        this.tokens = tokens;
        this.clients = clients;
        this.authentication = authentication;
        this.recentCallers = recentCallers;
    }

    /** @return what the rules rely on to know who a caller is */
    CallerAuthentication authentication() {
        return authentication;
    }

    /**
     * @param sent the credentials among the members of a request
     * @return the client that a token is requested for; empty for an anonymous caller
     * @throws TokenException {@code invalid_client} if the client is unknown or its secret is wrong, or the caller needs
     *         credentials and has none
     */
    Optional<Client> client(Optional<ClientCredentials> sent, Caller caller, BodyCredentials meaning) {
        Optional<Client> client = caller.client();
        if (sent.isPresent()) {
            client = Optional.of(
                    meaning == BodyCredentials.GO_TO_LEAN ? authentication.leanIssuedClient(sent.get())
                            : authentication.authenticate(sent.get()));
        }
        if (client.isEmpty() && !mayBeAnonymous(caller)) {
            throw missingCredentials(caller,
                    meaning == BodyCredentials.GO_TO_LEAN ? headerMissing() : meaning.refusal);
        }
        return client;
    }

    /**
     * @param client from {@link #client}
     * @return the scope of the token
     * @throws TokenException {@code invalid_scope} if the request has no scope and the client no default, or the client may not
     *         have the scope
     */
    Scope entitle(AccessTokenRequest request, Optional<Client> client) {
        Scope scope = request.scope().or(() -> client.flatMap(Client::defaultScope)).orElseThrow(
                () -> TokenError.INVALID_SCOPE.because("scope is missing; request " + availableScopes(client)));
        if (client.isPresent() && !client.get().mayHave(scope)) {
            throw TokenError.INVALID_SCOPE
                    .because("this scope is not allowed for this client; request " + availableScopes(client));
        }
        return scope;
    }

    /**
     * @param requestedFor from {@link #client}
     * @return the account for a call to Lean. All callers without credentials are one sharer, as addresses are many
     */
    CallerAccount account(Optional<Client> requestedFor, Caller caller) {
        Optional<Client> client = requestedFor.or(caller::client);
        String account = Caller.account(client, caller.address());
        boolean triesAllowed = config.callerCredentials() == CallerCredentials.ALLOWED;
        if (client.isPresent() && client.get() instanceof FederatedClient federated) {
            String issuer = federated.identityOfToken().issuer();
            String sharer = recentCallers.called(issuer, account);
            return new CallerAccount(account, sharer, sharers() * recentCallers.sharersOf(issuer), triesAllowed);
        }
        String sharer = Caller.verified(client).isPresent() ? account : "anonymous callers";
        return new CallerAccount(account, sharer, sharers(), triesAllowed);
    }

    /**
     * @return the number of parties that share the service's budget: each local client, the callers of each issuer, and all
     *         anonymous callers as one. The callers of an issuer share its part, so that many of them take nothing from others
     */
    private int sharers() {
        KnownCallers known = clients.current();
        return Math.max(1, known.clients().size() + known.trusted().size() + (config.anonymous() == Anonymous.NEVER ? 0 : 1));
    }

    /** @return the scopes that a client may have, in words */
    private String availableScopes(Optional<Client> client) {
        if (client.isPresent() && client.get() instanceof FederatedClient federated) {
            // Not those of the token: they contain claims, which must not get into the log.
            return clients.current().describeScopes(federated.identityOfToken().issuer());
        }
        return ScopePattern.describe(Caller.verified(client).map(VerifiedClient::scopes).orElseGet(tokens::scopes));
    }

    /**
     * Rejects a caller by its header alone, before an adapter reads the rest of the request.
     *
     * @param token whether the caller can get an access token by itself. It does so only after a rejection, even if credentials
     *        in the body could help
     * @throws TokenException {@code invalid_client} if nothing in the body could entitle the caller
     */
    public void requireEntitled(Caller caller, boolean token) {
        boolean bodyCouldHelp = !token && config.callerCredentials() == CallerCredentials.ALLOWED;
        if (caller.client().isEmpty() && !mayBeAnonymous(caller) && !bodyCouldHelp) {
            throw missingCredentials(caller, token ? TOKEN_MISSING : headerMissing());
        }
    }

    /**
     * @return whether the caller may see the status of the service: it is a local client, or on this machine. With
     *         {@code ACCESS_ANONYMOUS=never}, connections from this machine may be those of a proxy, and show nothing
     */
    public boolean maySeeStatus(Caller caller) {
        return config.anonymous() != Anonymous.NEVER && caller.local()
                || caller.client().filter(LocalClient.class::isInstance).isPresent();
    }

    /** @throws TokenException {@code invalid_client} unless {@link #maySeeStatus} */
    public void requireStatusReader(Caller caller) {
        if (!maySeeStatus(caller)) {
            throw missingCredentials(caller,
                    "the status is for callers on the machine of this service and for its local clients");
        }
    }

    /**
     * @param loopback whether callers on this machine can connect by a loopback address
     * @return the callers that may see the status of the service, in words
     */
    public List<String> statusReaders(boolean loopback) {
        List<String> readers = new ArrayList<>();
        if (loopback && config.anonymous() != Anonymous.NEVER) {
            readers.add("callers on this machine");
        }
        if (clients.current().clients().size() > 0) {
            readers.add("local clients");
        }
        return readers;
    }

    /** @return the issuers that are trusted now: those of the configuration, then those of the file */
    public List<IssuerSettings> issuers() {
        return clients.current().trusted();
    }

    /** @return whether no caller can use the service's Lean credentials, so that none need be configured */
    public boolean onlyCallerCredentials() {
        return config.anonymous() == Anonymous.NEVER && config.callerCredentials() == CallerCredentials.ALLOWED
                && clients.current().clients().size() == 0 && clients.current().issuers().isEmpty();
    }

    /**
     * @param serviceCredentials whether the service has Lean credentials; without them, callers need their own
     * @return the callers that get tokens with the current configuration
     */
    Audience audience(boolean serviceCredentials) {
        List<String> groups = new ArrayList<>();
        if (serviceCredentials) {
            if (config.anonymous() == Anonymous.ALWAYS) {
                groups.add("everyone, without credentials");
            } else if (config.anonymous() == Anonymous.LOOPBACK) {
                groups.add("callers on this machine, without credentials");
            }
            KnownCallers known = clients.current();
            int local = known.clients().size();
            if (local > 0) {
                groups.add(local == 1 ? "1 local client" : local + " local clients");
            }
            int issuers = known.numberOfIssuers();
            if (issuers > 0) {
                groups.add("callers with tokens of " + (issuers == 1 ? "1 issuer" : issuers + " issuers"));
            }
        }
        if (config.callerCredentials() == CallerCredentials.ALLOWED) {
            groups.add("callers with their own Lean credentials");
        }
        return new Audience(serviceCredentials && config.anonymous() == Anonymous.ALWAYS, groups);
    }

    private String headerMissing() {
        return BodyCredentials.GO_TO_LEAN.refusal
                + (clients.current().issuers().isPresent() ? ", or a token of a trusted issuer" : "");
    }

    private TokenException missingCredentials(Caller caller, String refusal) {
        boolean proxied = config.anonymous() == Anonymous.LOOPBACK && caller.cameThroughProxy();
        return TokenError.CALLER_REFUSED.because(refusal
                + (proxied ? " (this request has a header that proxies add, so it does not count as sent from this machine)"
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
