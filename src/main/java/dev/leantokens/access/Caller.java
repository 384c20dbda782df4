package dev.leantokens.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;

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
 * @param client the client that it has presented credentials of, in the {@code Authorization} header or in the body
 * @param cacheControl whether it accepts a token from the cache
 */
public record Caller(String address, boolean local, Optional<Client> client, CacheControl cacheControl) {

    private static final String KEY = Caller.class.getName();

    private static final Set<String> LOOPBACK_ADDRESSES = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1");

    /**
     * @throws dev.leantokens.error.TokenException {@code invalid_client} if the client in the {@code Authorization} header is
     *         unknown, its secret is wrong, or the scheme is not supported; {@code invalid_request} if the header is malformed
     */
    static Caller authenticate(HttpServerRequest request, AccessRules rules) {
        String address = RequestLog.addressOf(request);
        return new Caller(address, isLoopback(address) && !ProxyHeaders.anyIn(request.headers()),
                AuthorizationHeader.read(request.headers().getAll(HttpHeaders.AUTHORIZATION)).flatMap(rules::authenticate),
                CacheControl.of(request.headers().getAll(HttpHeaders.CACHE_CONTROL)));
    }

    /** @return the caller of a request, after {@link CallerFilter} */
    public static Caller of(RoutingContext context) {
        return context.get(KEY);
    }

    /** @return the id of the local client; empty unless authenticated as one, as Lean's client ids are not verified here */
    public String identity() {
        return localClient(client).map(LocalClient::id).orElse("");
    }

    /**
     * @return the account that the caller's use of resources is counted on: the id of a local client, otherwise the address,
     *         since unverified ids can be invented. An IPv6 address counts by its /64 network, in which a caller has any number
     *         of addresses
     */
    public String account() {
        return account(client, address);
    }

    static String account(Optional<Client> client, String address) {
        return localClient(client).map(local -> "local client " + local.id()).orElseGet(() -> PeerNetwork.named(address));
    }

    /** @return the client if it is a local one */
    static Optional<LocalClient> localClient(Optional<Client> client) {
        return client.filter(LocalClient.class::isInstance).map(LocalClient.class::cast);
    }

    /** @return whether only a header that proxies add prevents the caller from being local */
    boolean cameThroughProxy() {
        return !local && isLoopback(address);
    }

    /** @return the same caller with another client, which has authenticated in the body */
    Caller authenticatedAs(Optional<Client> authenticated) {
        return new Caller(address, local, authenticated, cacheControl);
    }

    void storeIn(RoutingContext context) {
        context.put(KEY, this);
        if (localClient(client).isPresent()) {
            RequestLog.setClient(context, account());
        }
    }

    private static boolean isLoopback(String literal) {
        if (LOOPBACK_ADDRESSES.contains(literal)) {
            return true;
        }
        try {
            // Not a host name, so there is no lookup. This turns ::ffff:127.0.0.1 into 127.0.0.1.
            String address = InetAddress.getByName(literal).getHostAddress();
            int zone = address.indexOf('%');
            return LOOPBACK_ADDRESSES.contains(zone < 0 ? address : address.substring(0, zone));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
