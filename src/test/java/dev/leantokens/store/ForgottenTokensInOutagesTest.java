package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TestReplica;

/** A replica that does not know what is forgotten still caches its own tokens. */
class ForgottenTokensInOutagesTest {

    private final TestFleet fleet = new TestFleet();

    @AfterEach
    void close() {
        fleet.close();
    }

    private TestReplica replica(RedisLink link) {
        ForgottenTokens forgotten = new ForgottenTokens(link, () -> List.of(TestFleet.KEY), Links.NAMES, Clock.systemUTC(),
                new UnusableEntries(Clock.systemUTC(), fleet.registry), fleet.links.vertx());
        link.addListener(forgotten);
        fleet.setGenerations(forgotten);
        return new TestReplica(fleet.store(link, Clock.systemUTC(), List.of(TestFleet.KEY)), fleet.lean, Clock.systemUTC());
    }

    private static IssuedToken issue(TestReplica replica, Scope scope) throws Exception {
        return replica.issue(scope).get(10, TimeUnit.SECONDS);
    }

    @Test
    void tokensAreCachedDuringAnOutage() throws Exception {
        RedisLink link = fleet.links.connect(fleet.server);
        TestReplica replica = replica(link);
        issue(replica, Scope.API);
        fleet.server.kill();
        await().until(() -> !link.isUp());
        assertThat(issue(replica, Scope.API).source()).isEqualTo(Source.HIT);

        Scope customer = new Scope("customer.42");
        assertThat(issue(replica, customer).source()).isEqualTo(Source.MISS);
        assertThat(issue(replica, customer).source()).isEqualTo(Source.HIT);
    }

    @Test
    void tokensAreCachedIfRedisWasNeverUp() throws Exception {
        TestReplica replica = replica(
                fleet.links.start("redis://127.0.0.1:" + FreePorts.next(), Duration.ofMillis(500), Clock.systemUTC()));

        assertThat(issue(replica, Scope.API).source()).isEqualTo(Source.MISS);
        assertThat(issue(replica, Scope.API).source()).isEqualTo(Source.HIT);
    }
}
