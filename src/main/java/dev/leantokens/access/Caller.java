package dev.leantokens.access;

import java.util.Optional;
import java.util.Set;

import dev.leantokens.audit.AuditedCaller;
import dev.leantokens.audit.AuditedClient;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.http.Peer;
import dev.leantokens.http.RequestLog;
import dev.leantokens.limits.PeerNetwork;
import dev.leantokens.token.CacheControl;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * The caller of a request, as known from its connection and headers.
 *
 * @param address the address of the caller's socket
 * @param local whether the caller is on this machine: the address is a loopback one, and no header shows that the request came
 *        through a proxy
 * @param certified the client that the certificate of its connection belongs to
 * @param presented the client that it has presented credentials of, in the {@code Authorization} header or in the body; the
 *        same one if there is a certificate
 * @param cacheControl whether it accepts a token from the cache
 */
public record Caller(String address, boolean local, Optional<LocalClient> certified, Optional<Client> presented,
        CacheControl cacheControl)
        implements
            AuditedCaller {

    /**
     * @param token what a token in the header must fulfil
     * @throws TokenException {@code invalid_client} if the client in the {@code Authorization} header is
     *         unknown, its secret is wrong, its token is refused, the scheme is not supported, or the connection's certificate
     *         belongs to another client or to several; {@code invalid_request} if the header is malformed
     * @throws KeysAwaited if the request must wait for keys before it can be decided about
     */
    static Caller authenticate(HttpServerRequest request, CallerAuthentication authentication, TokenDemands token) {
        Peer peer = Peer.of(request.connection());
        Caller connected = new Caller(peer.address(), peer.loopback() && !ProxyHeaders.anyIn(request.headers()),
                authentication.certified(request.connection()), Optional.empty(),
                CacheControl.of(request.headers().getAll(HttpHeaders.CACHE_CONTROL)));
        return connected
                .authenticatedAs(authentication.authenticate(request.headers().getAll(HttpHeaders.AUTHORIZATION), token));
    }

    /** @return the caller of a request, after {@link CallerFilter} */
    public static Caller of(RoutingContext context) {
        return context.get(KEY);
    }

    /** @return the client that the caller has authenticated as; empty for an anonymous caller */
    public Optional<Client> client() {
        return presented.isPresent() ? presented : certified.map(Client.class::cast);
    }

    @Override
    public AuditedClient auditedClient() {
        return client().map(Client::audited).orElse(AuditedClient.ANONYMOUS);
    }

    /** @return what identifies the caller; empty unless it is authenticated here, as Lean's client ids are not verified */
    public String identity() {
        return verified(client()).map(VerifiedClient::identity).orElse("");
    }

    /**
     * @return the account that the caller's use of resources is counted on: a client that is authenticated here, otherwise the
     *         address, since unverified ids can be invented. An IPv6 address counts by its /64 network, in which a caller has
     *         any number of addresses
     */
    public String account() {
        return account(client(), address);
    }

    static String account(Optional<Client> client, String address) {
        return verified(client).map(VerifiedClient::account).orElseGet(() -> PeerNetwork.named(address));
    }

    /** @return the client if it is authenticated here */
    static Optional<VerifiedClient> verified(Optional<Client> client) {
        return client.filter(VerifiedClient.class::isInstance).map(VerifiedClient.class::cast);
    }

    /** @return the scopes (RFC 9068 §2.2.3) of the token that it has presented; empty without one */
    public Optional<Set<String>> oauthScopes() {
        return presented.filter(FederatedClient.class::isInstance)
                .map(federated -> ((FederatedClient) federated).identityOfToken().oauthScopes());
    }

    /** @return whether only a header that proxies add prevents the caller from being local */
    boolean cameThroughProxy() {
        return !local && Peer.isLoopback(address);
    }

    /**
     * @param authenticated the client that the caller has presented credentials of
     * @return the same caller with this client
     * @throws TokenException {@code invalid_client} if the connection's certificate belongs to another one
     */
    Caller authenticatedAs(Optional<Client> authenticated) {
        if (authenticated.isPresent() && !(authenticated.get() instanceof FederatedClient)) {
            requireCertified(authenticated.get().id());
        } else if (authenticated.isPresent() && certified.isPresent()) {
            throw certifiedAsAnother();
        }
        return new Caller(address, local, certified, authenticated, cacheControl);
    }

    /**
     * @param clientId the client that a request names
     * @throws TokenException {@code invalid_client} if the connection's certificate belongs to another one
     */
    void requireCertified(String clientId) {
        if (certified.isPresent() && !certified.get().id().equals(clientId)) {
            throw certifiedAsAnother();
        }
    }

    private static TokenException certifiedAsAnother() {
        return TokenError.CALLER_REFUSED.because("the certificate of this connection belongs to another client");
    }

    void storeIn(RoutingContext context) {
        context.put(KEY, this);
        Optional<VerifiedClient> verified = verified(client());
        if (verified.isPresent() && verified.get() instanceof FederatedClient federated) {
            RequestLog.setFederatedCaller(context, federated.account());
        } else if (verified.isPresent()) {
            RequestLog.setClient(context, verified.get().account());
        }
    }
}
