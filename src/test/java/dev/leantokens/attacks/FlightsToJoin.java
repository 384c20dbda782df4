package dev.leantokens.attacks;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import dev.leantokens.testing.RawHttp;
import io.vertx.core.http.HttpClient;

/** Starts many calls to Lean as an anonymous caller, and supplies the last one for others to join. */
final class FlightsToJoin implements Attack, OrdinaryCallers.Supply {

    private static final int AT_ONCE = 300;

    private final AtomicReference<String> last = new AtomicReference<>();

    @Override
    public void start(Attacker attacker) {
        HttpClient client = attacker.client(RawHttp.LOOPBACK, AT_ONCE);
        attacker.every(1, () -> {
            for (int i = 0; i < AT_ONCE; i++) {
                String scope = Parties.newCustomer();
                attacker.send(client, Request.token(scope));
                last.set(scope);
            }
        });
    }

    @Override
    public Optional<String> next() {
        return Optional.ofNullable(last.get());
    }
}
