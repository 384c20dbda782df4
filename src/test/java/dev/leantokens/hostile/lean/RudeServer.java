package dev.leantokens.hostile.lean;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import java.util.function.Predicate;

import dev.leantokens.hostile.lean.Step.Bodies;
import dev.leantokens.hostile.lean.Step.Exchange;
import dev.leantokens.testing.RawServer;
import dev.leantokens.testing.RawServer.Connection;
import dev.leantokens.testing.RawServer.Request;

/** A server that plays a scenario on each connection, and records requests on connections that must not be used again. */
final class RudeServer implements RawServer.Manner {

    private final List<String> violations = new CopyOnWriteArrayList<>();
    /** The latest request of each open connection. */
    private final Map<Connection, Request> latest = Collections.synchronizedMap(new WeakHashMap<>());
    private final Bodies bodies;
    private final Predicate<Request> played;
    private volatile Round round = new Round(number -> Scenario.POLITE, 0);

    private record Round(IntFunction<Scenario> scenarios, CountDownLatch gathering) {

        private Round(IntFunction<Scenario> scenarios, int callers) {
            this(scenarios, new CountDownLatch(callers));
        }
    }

    /** @param played tells whether a request is answered by the scenario, and not as usual */
    RudeServer(Bodies bodies, Predicate<Request> played) {
        this.bodies = bodies;
        this.played = played;
    }

    /**
     * Starts a round.
     *
     * @param scenarios returns the scenario of a connection, by its number
     * @param callers how many requests steps wait for that gather
     */
    void play(IntFunction<Scenario> scenarios, int callers) {
        round = new Round(scenarios, callers);
    }

    /** @return this server, with something to do after each scenario */
    RawServer.Manner followedBy(RawServer.Manner next) {
        return new RawServer.Manner() {
            @Override
            public void greet(Connection connection) throws IOException {
                RudeServer.this.greet(connection);
            }

            @Override
            public void answer(Connection connection, Request request) throws IOException {
                RudeServer.this.answer(connection, request);
                next.answer(connection, request);
            }
        };
    }

    /** @return what the client must not have done, since the last call */
    List<String> violations() {
        List<String> all = List.copyOf(violations);
        violations.clear();
        return all;
    }

    @Override
    public void greet(Connection connection) throws IOException {
        for (Step step : round.scenarios().apply(connection.number()).greeting()) {
            step.play(new Exchange(connection, null, null, round.gathering(), bodies));
        }
    }

    @Override
    public void answer(Connection connection, Request request) throws IOException {
        Round current = round;
        Request previous = latest.put(connection, request);
        if (connection.isSpoilt()) {
            violations.add("request " + request.nth() + " on connection " + connection.number());
        }
        Scenario scenario = played.test(request) ? current.scenarios().apply(connection.number()) : Scenario.POLITE;
        if (scenario.onReuse() && request.nth() == 1) {
            scenario = Scenario.POLITE;
        }
        if (!scenario.reusable()) {
            connection.spoil();
        }
        current.gathering().countDown();
        for (Step step : scenario.steps()) {
            step.play(new Exchange(connection, request, previous, current.gathering(), bodies));
        }
    }
}
