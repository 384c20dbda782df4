package dev.leantokens.attacks;

import dev.leantokens.testing.RawHttp;
import dev.leantokens.token.ClientCredentials;
import io.vertx.core.http.HttpClient;

/** Requests many uncached tokens at once, each within the budget of its client id. */
final class ColdKeys implements Attack {

    private static final int KEYS = 600;
    private static final int KEYS_OF_A_CLIENT = 30;

    @Override
    public void start(Attacker attacker) {
        HttpClient client = attacker.client(RawHttp.ELSEWHERE, KEYS);
        attacker.every(3, () -> {
            for (int i = 0; i < KEYS / KEYS_OF_A_CLIENT; i++) {
                ClientCredentials own = Parties.wellKnown();
                for (int j = 0; j < KEYS_OF_A_CLIENT; j++) {
                    attacker.send(client, Request.token(Parties.newCustomer(), own));
                }
            }
        });
    }
}
