package dev.leantokens.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;

/**
 * The other end of a connection. It is kept with the connection: Vert.x writes the address anew whenever it is asked.
 *
 * @param address the IP address. A request's own follows {@code X-Forwarded-For} if {@code quarkus.http.proxy} is on, and any
 *        caller can send that header
 * @param loopback whether it is on this machine
 */
public record Peer(String address, boolean loopback) {

    private static final ConnectionValue<Peer> KEPT = new ConnectionValue<>(Peer.class);

    /** The address of a peer without one, as on a Unix domain socket: not a loopback address. */
    private static final String NO_ADDRESS = "0.0.0.0";

    private static final Set<String> LOOPBACK_ADDRESSES = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1");

    /** @param connection of a request; this is called on its event loop */
    public static Peer of(HttpConnection connection) {
        Peer peer = KEPT.get(connection);
        if (peer == null) {
            peer = at(connection.remoteAddress());
            KEPT.keep(connection, peer);
        }
        return peer;
    }

    private static Peer at(SocketAddress socket) {
        String address = socket == null || socket.hostAddress() == null ? NO_ADDRESS : socket.hostAddress();
        return new Peer(address, isLoopback(address));
    }

    /** @param address an address; no name is resolved */
    public static boolean isLoopback(String address) {
        if (LOOPBACK_ADDRESSES.contains(address)) {
            return true;
        }
        try {
            // Not a host name, so there is no lookup. This turns ::ffff:127.0.0.1 into 127.0.0.1.
            String plain = InetAddress.getByName(address).getHostAddress();
            int zone = plain.indexOf('%');
            return LOOPBACK_ADDRESSES.contains(zone < 0 ? plain : plain.substring(0, zone));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
