package dev.leantokens.attacks;

import java.util.function.Supplier;

import io.vertx.core.http.HttpClient;

/**
 * Sends requests at a constant rate, answered or not.
 *
 * @param from the source address
 * @param perSecond the rate
 * @param request creates the next request
 */
record Requests(String from, int perSecond, Supplier<Request> request) implements Attack {

    private static final int CONNECTIONS = 50;

    @Override
    public void start(Attacker attacker) {
        HttpClient client = attacker.client(from, CONNECTIONS);
        attacker.repeat(perSecond, () -> attacker.send(client, request.get()));
    }

    /** @return both at the same time */
    static Attack together(Attack... attacks) {
        return attacker -> {
            for (Attack attack : attacks) {
                attack.start(attacker);
            }
        };
    }
}
