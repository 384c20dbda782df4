package dev.leantokens.limits;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The part of a peer's address that the peer cannot choose: an IPv4 address, or an IPv6 /64 network, which is what one customer
 * gets.
 */
public final class PeerNetwork {

    private static final int IPV6_BYTES = 8;

    private PeerNetwork() {
    }

    static ByteBuffer of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(bytes, 0, address instanceof Inet6Address ? IPV6_BYTES : bytes.length);
    }

    /**
     * @param literal an address; no name is resolved
     * @return the name for the log
     */
    public static String named(String literal) {
        if (literal.indexOf(':') < 0) {
            return "address " + literal;
        }
        try {
            InetAddress address = InetAddress.getByName(literal);
            if (!(address instanceof Inet6Address) || address.isLoopbackAddress()) {
                // This machine, or an IPv4-mapped IPv6 address.
                return "address " + address.getHostAddress();
            }
            byte[] network = address.getAddress();
            Arrays.fill(network, IPV6_BYTES, network.length, (byte) 0);
            return "network " + InetAddress.getByAddress(network).getHostAddress() + "/" + IPV6_BYTES * 8;
        } catch (UnknownHostException e) {
            return "address " + literal;
        }
    }
}
