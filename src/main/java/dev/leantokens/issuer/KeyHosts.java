package dev.leantokens.issuer;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Looks up the addresses of host names on worker threads: the HTTP client would do so on an event loop, which a silent name
 * server would block. Thread-safe.
 */
final class KeyHosts {

    private final Vertx vertx;
    private final Lookup lookup;
    private final Map<String, SharedCall<List<InetAddress>>> calls = new HashMap<>();

    /** Looks up a name; may block. */
    @FunctionalInterface
    interface Lookup {

        Lookup OF_THE_JVM = InetAddress::getAllByName;

        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    KeyHosts(Vertx vertx, Lookup lookup) {
        this.vertx = vertx;
        this.lookup = lookup;
    }

    /** @return at least one address, completed on any thread; fails with an {@link UnknownHostException} */
    synchronized Future<List<InetAddress>> addresses(String host) {
        // An issuer can name other hosts at each discovery.
        calls.values().removeIf(call -> !call.isRunning());
        return calls.computeIfAbsent(host, name -> new SharedCall<>(vertx, () -> List.of(lookup.addresses(name)))).make();
    }
}
