package dev.leantokens.hostile.lean;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

import dev.leantokens.hostile.lean.Step.Bodies;
import dev.leantokens.testing.RawServer;
import dev.leantokens.testing.RawServer.Connection;

/** A forward proxy that plays a scenario for each request, and opens the tunnel then if the connection is still open. */
final class RudeProxy implements AutoCloseable {

    static final Scenario POLITE = Scenario.keeps("polite", Scenarios.TUNNEL);

    private final RawServer server = RawServer.start();
    private final RudeServer manner = new RudeServer(Bodies.OF_TOKENS, request -> true);

    /** The first segment that the client has sent through each tunnel. */
    private final Map<Connection, String> sent = new ConcurrentHashMap<>();

    /** @param target the port on this machine to which every tunnel leads */
    RudeProxy(int target) {
        plays(number -> POLITE);
        server.answers(manner.followedBy((connection, request) -> connection.tunnel(target,
                segment -> sent.putIfAbsent(connection, segment))));
    }

    /** @param scenarios by the number of the connection, from 1 */
    void plays(IntFunction<Scenario> scenarios) {
        manner.play(scenarios, 0);
    }

    /** @return the first segments that the client has sent through tunnels, since the last call */
    List<String> sent() {
        List<String> all = List.copyOf(sent.values());
        sent.clear();
        return all;
    }

    RawServer server() {
        return server;
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    @Override
    public void close() {
        server.close();
    }
}
