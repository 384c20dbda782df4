package dev.leantokens.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.access.AccessConfig.CallerCredentials;
import dev.leantokens.access.Exposure.Audience;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.issuer.FederatedIdentity;
import dev.leantokens.issuer.IssuerSettings;
import dev.leantokens.issuer.JwtShape;
import dev.leantokens.issuer.TokenVerifier;
import dev.leantokens.issuer.Verification;
import dev.leantokens.issuer.Verification.Pending;
import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Verified;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.ClientAssertion;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;
import dev.leantokens.token.TokenConfig;
import io.vertx.core.http.HttpConnection;

/** Authenticates callers, and decides which scope and which credentials a request may use. Thread-safe. */
@Singleton
public class AccessRules {

    private static final String TOKEN_MISSING = "this caller is not authenticated: it needs an access token for this resource, "
            + "or the credentials of a local client, in the Authorization header";

    /** Both ways in which an encoded JSON object starts. */
    private static final String START_OF_JWT = "Bearer e";

    /** An issuer is asked once in this time. */
    private static final Duration RETRY_KEYS = Duration.ofSeconds(30);

    private final AccessConfig config;
    private final TokenConfig tokens;
    private final ConfiguredClients clients;
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

    AccessRules(AccessConfig config, TokenConfig tokens, ConfiguredClients clients, RecentCallers recentCallers) {
        this.config = config;
        this.tokens = tokens;
        this.clients = clients;
        this.recentCallers = recentCallers;
    }

    /**
     * @param connection of a request; this is called on its event loop
     * @return the client that the connection's certificate belongs to
     * @throws TokenException {@code invalid_client} if it belongs to several
     */
    Optional<LocalClient> certified(HttpConnection connection) {
        return CertifiedConnection.client(connection, clients.current().clients());
    }

    /**
     * @param headers the request's {@code Authorization} headers
     * @param token what a token in the header must fulfil
     * @return the client that the header authenticates; empty without a header, or if it is not meant for this service
     * @throws TokenException {@code invalid_client} if the client is unknown, its secret is wrong, its token is refused, or the
     *         scheme is not supported; {@code invalid_request} if the header is repeated or malformed, or a secret for Lean is
     *         not form-encoded
     * @throws KeysAwaited if a token can only be decided about later
     */
    Optional<Client> authenticate(List<String> headers, TokenDemands token) {
        if (headers.isEmpty()) {
            return Optional.empty();
        }
        KnownCallers known = clients.current();
        LocalClients local = known.clients();
        if (headers.size() > 1 || local.size() == 0 || known.issuers().isPresent() && mayHaveJwt(headers.get(0))) {
            return read(headers, token, known);
        }
        return local.headers().client(headers.get(0), () -> read(headers, token, known));
    }

    /** A token is remembered where it is verified: the header would be digested for nothing. */
    private static boolean mayHaveJwt(String header) {
        return header.regionMatches(true, 0, START_OF_JWT, 0, START_OF_JWT.length());
    }

    private Optional<Client> read(List<String> headers, TokenDemands token, KnownCallers known) {
        return AuthorizationHeader.read(headers).flatMap(header -> authenticate(header, token, known));
    }

    private Optional<Client> authenticate(AuthorizationHeader header, TokenDemands token, KnownCallers known) {
        if (header.clientId().isPresent()) {
            return Optional.of(authenticate(header.clientId().get(), header, known));
        }
        if (known.issuers().isPresent() && JwtShape.matches(header.sentSecret())) {
            return Optional.of(federatedClient(header.sentSecret(), known.issuers().get(), token));
        }
        if (known.clients().size() == 0 && known.issuers().isEmpty() && config.anonymous() == Anonymous.ALWAYS) {
            // A token of the platform in front, which has authenticated the caller by it and passes it on.
            return Optional.empty();
        }
        return Optional.of(known.clients().find(header.sentSecret()).orElseThrow(AccessRules::unknownClient));
    }

    /**
     * @param sent a token among the members of a request (RFC 7523 §2.2)
     * @param token what it must fulfil
     * @return the client that it authenticates
     * @throws TokenException {@code invalid_client} if it is refused; {@code invalid_request} if it is another client's than
     *         the
     *         one that the request names
     * @throws KeysAwaited if it can only be decided about later
     */
    Client authenticate(ClientAssertion sent, TokenDemands token) {
        TokenVerifier issuers = clients.current().issuers()
                .orElseThrow(() -> TokenError.CALLER_REFUSED.because("client assertions are not accepted here"));
        if (!JwtShape.matches(sent.token())) {
            throw TokenError.CALLER_REFUSED.because("the client assertion is not a signed token (JWT)");
        }
        Client client = federatedClient(sent.token(), issuers, token);
        if (sent.clientId().isPresent() && !sent.clientId().get().equals(client.id())) {
            throw TokenError.INVALID_REQUEST.because("client_id is not the subject of the client assertion");
        }
        return client;
    }

    private static Client federatedClient(String jwt, TokenVerifier issuers, TokenDemands token) {
        Verification verification = issuers.verify(jwt, token.audience());
        if (verification instanceof Verified verified) {
            FederatedIdentity identity = verified.identity();
            if (identity.certificate().isPresent() && !token.haveCertificate(identity.certificate().get())) {
                throw TokenError.CALLER_REFUSED
                        .because("the token is bound to a certificate, which this connection does not have");
            }
            return new FederatedClient(identity);
        }
        if (verification instanceof Refused refused) {
            throw TokenError.CALLER_REFUSED.because(refused.reason());
        }
        if (verification instanceof Pending pending) {
            throw new KeysAwaited(pending.keys());
        }
        throw keysUnavailable();
    }

    /** @return the error for a token whose issuer's keys cannot be obtained */
    static TokenException keysUnavailable() {
        return TokenError.ISSUER_UNAVAILABLE.because("the keys of the token's issuer cannot be obtained at the moment")
                .retryAfter(RETRY_KEYS);
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
                    meaning == BodyCredentials.GO_TO_LEAN ? leanIssuedClient(sent.get()) : authenticate(sent.get()));
        }
        if (client.isEmpty() && !mayBeAnonymous(caller)) {
            throw missingCredentials(caller, meaning.refusal);
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
            throw missingCredentials(caller, token ? TOKEN_MISSING : BodyCredentials.GO_TO_LEAN.refusal);
        }
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

    /**
     * Decodes secrets for Lean as RFC 6749 requires, so that Lean gets the right one; accepts local ones as clients send them.
     */
    private Client authenticate(String id, AuthorizationHeader basic, KnownCallers known) {
        if (LeanIssuedClient.isId(id)) {
            return leanIssuedClient(new ClientCredentials(id, basic.formDecodedSecret()));
        }
        requireNoJwt(basic.sentSecret(), known);
        return known.clients().find(id, basic.readings()).orElseThrow(AccessRules::unknownClient);
    }

    private Client authenticate(ClientCredentials sent) {
        if (LeanIssuedClient.isId(sent.clientId())) {
            return leanIssuedClient(sent);
        }
        KnownCallers known = clients.current();
        requireNoJwt(sent.clientSecret(), known);
        return known.clients().find(sent.clientId(), sent.clientSecret()).orElseThrow(AccessRules::unknownClient);
    }

    /** With issuers, a token is looked at as one, and so never in place of a secret. */
    private static void requireNoJwt(String secret, KnownCallers known) {
        if (known.issuers().isPresent() && JwtShape.matches(secret)) {
            throw TokenError.CALLER_REFUSED.because("a token is no client secret: send it as Bearer, or as client_assertion");
        }
    }

    private Client leanIssuedClient(ClientCredentials sent) {
        if (!LeanIssuedClient.isId(sent.clientId())) {
            throw TokenError.CALLER_REFUSED.because("client_id is not a UUID, as Lean's client ids are; "
                    + "a local client authenticates with the Authorization header of the MCP client's configuration");
        }
        if (config.callerCredentials() == CallerCredentials.REFUSED) {
            throw TokenError.CALLER_REFUSED.because("this service does not accept callers' Lean credentials");
        }
        return new LeanIssuedClient(sent);
    }

    private static TokenException unknownClient() {
        return TokenError.CALLER_REFUSED.because("the client is unknown or its secret is wrong");
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
