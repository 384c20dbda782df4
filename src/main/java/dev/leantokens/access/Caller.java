package dev.leantokens.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

import dev.leantokens.http.RequestLog;
import dev.leantokens.token.CacheControl;
import io.netty.util.NetUtil;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Who is calling, and how, as far as the connection and its headers tell.
 *
 * @param address the address of the caller's socket
 * @param local whether the caller is on this machine: its socket's address is the loopback one, and no header says
 *        that the request came through a proxy
 * @param client who it has authenticated as, by the {@code Authorization} header or in the body
 * @param cacheControl whether a token from the cache will do
 */
public record Caller(String address, boolean local, Optional<Client> client, CacheControl cacheControl) {

    private static final String KEY = Caller.class.getName();

    private static final int IPV6_BYTES = 16;

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1");

    /**
     * @throws dev.leantokens.error.TokenException {@code invalid_client} if the {@code Authorization} header is of nobody
     *         who is known, or of a scheme that is not supported; {@code invalid_request} if it is malformed
     */
    static Caller of(HttpServerRequest request, AccessRules rules) {
        String address = RequestLog.addressOf(request);
        return new Caller(address, isLoopback(address) && !ProxyHeaders.areAmong(request.headers()),
                AuthorizationHeader.read(request.headers().getAll(HttpHeaders.AUTHORIZATION)).flatMap(rules::authenticate),
                CacheControl.of(request.headers().getAll(HttpHeaders.CACHE_CONTROL)));
    }

    /** @return the caller of a request, which the filter of this package has seen */
    public static Caller of(RoutingContext context) {
        return context.get(KEY);
    }

    /**
     * @return who the caller has shown to be: two callers of the same identity are one. Whoever is no local client has shown
     *         nothing, also if it says which of Lean's it is
     */
    public String identity() {
        return local(client).map(LocalClient::id).orElse("");
    }

    /**
     * @return what the caller uses up is counted under this: its id if it has shown that it is its own, else the address
     *         that it comes from, since ids can be made up; of IPv6 the network of 64 bits, in which a caller has as many
     *         addresses as it likes
     */
    public String account() {
        return account(client, address);
    }

    static String account(Optional<Client> client, String address) {
        return local(client).map(local -> "local client " + local.id()).orElseGet(() -> "address " + network(address));
    }

    private static String network(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null || bytes.length != IPV6_BYTES || isLoopback(address)) {
            return address;
        }
        Arrays.fill(bytes, IPV6_BYTES / 2, IPV6_BYTES, (byte) 0);
        return NetUtil.bytesToIpAddress(bytes) + "/64";
    }

    /** @return the local client that a client is; empty if it is not one */
    static Optional<LocalClient> local(Optional<Client> client) {
        return client.filter(LocalClient.class::isInstance).map(LocalClient.class::cast);
    }

    /** @return whether it would be local but for a header that says that the request came through a proxy */
    boolean cameThroughProxy() {
        return !local && isLoopback(address);
    }

    /** @return the same caller, which has authenticated otherwise than by the {@code Authorization} header */
    Caller as(Optional<Client> authenticated) {
        return new Caller(address, local, authenticated, cacheControl);
    }

    void keepIn(RoutingContext context) {
        context.put(KEY, this);
        if (local(client).isPresent()) {
            RequestLog.setClient(context, account());
        }
    }

    private static boolean isLoopback(String literal) {
        if (LOOPBACK.contains(literal)) {
            return true;
        }
        try {
            // A literal address, so nothing is looked up; the parsing turns ::ffff:127.0.0.1 into 127.0.0.1.
            String address = InetAddress.getByName(literal).getHostAddress();
            int zone = address.indexOf('%');
            return LOOPBACK.contains(zone < 0 ? address : address.substring(0, zone));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
