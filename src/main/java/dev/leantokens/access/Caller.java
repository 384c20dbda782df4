package dev.leantokens.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import dev.leantokens.token.CacheControl;
import dev.leantokens.token.ClientCredentials;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;

/**
 * Who is calling, and how, as far as the connection and its headers tell.
 *
 * @param local whether the caller is on this machine: its socket's address is the loopback one, and no header says
 *        that the request came through a proxy
 * @param credentials the client credentials of the {@code Authorization} header
 * @param cacheControl whether a token from the cache will do
 */
public record Caller(boolean local, Optional<ClientCredentials> credentials, CacheControl cacheControl) {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1");

    private static final Set<String> PROXY_HEADERS = Set.of("forwarded", "via", "x-real-ip");
    private static final Set<String> PROXY_HEADER_PREFIXES = Set.of("x-forwarded-", "x-envoy-");

    /**
     * @throws dev.leantokens.token.TokenException if the {@code Authorization} header is of a scheme that is not
     *         supported, or malformed
     */
    public static Caller of(HttpServerRequest request) {
        return new Caller(isLocal(request),
                AuthorizationHeader.read(request.headers().getAll(HttpHeaders.AUTHORIZATION)),
                CacheControl.of(request.headers().getAll(HttpHeaders.CACHE_CONTROL)));
    }

    private static boolean isLocal(HttpServerRequest request) {
        // The connection's address and not the request's: that one follows X-Forwarded-For where an operator has
        // switched quarkus.http.proxy on, and anyone can write a header.
        return isLoopback(request.connection().remoteAddress()) && !cameThroughProxy(request.headers());
    }

    private static boolean isLoopback(SocketAddress peer) {
        if (peer == null || peer.hostAddress() == null) {
            return false;
        }
        try {
            // A literal address, so nothing is looked up; the parsing turns ::ffff:127.0.0.1 into 127.0.0.1.
            String address = InetAddress.getByName(peer.hostAddress()).getHostAddress();
            int zone = address.indexOf('%');
            return LOOPBACK.contains(zone < 0 ? address : address.substring(0, zone));
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean cameThroughProxy(MultiMap headers) {
        for (String name : headers.names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (PROXY_HEADERS.contains(lower) || PROXY_HEADER_PREFIXES.stream().anyMatch(lower::startsWith)) {
                return true;
            }
        }
        return false;
    }
}
