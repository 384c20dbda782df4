package dev.leantokens.limits;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where a peer is, as far as it cannot choose that: an address of IPv4, or a /64 network of IPv6, since each customer gets one
 * and as many addresses in it as it likes.
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
     * @param literal an address, which is not looked up
     * @return as the log names it
     */
    public static String named(String literal) {
        if (literal.indexOf(':') < 0) {
            return "address " + literal;
        }
        try {
            InetAddress address = InetAddress.getByName(literal);
            if (!(address instanceof Inet6Address)) {
                // One of IPv4 that is written as one of IPv6.
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
