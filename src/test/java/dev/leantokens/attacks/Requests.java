package dev.leantokens.attacks;

import java.util.function.Supplier;

import io.vertx.core.http.HttpClient;

/**
 * Sends requests at a steady rate, whether or not those before have been answered.
 *
 * @param from the address that they come from
 * @param perSecond how many
 * @param request makes the next one
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
