package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.clock.SteadyClocks;
import dev.leantokens.error.ErrorLog;
import dev.leantokens.error.ErrorLogs;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.FakeMachine;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.trace.Traces;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;

/**
 * An expired token is never served, whatever happens to time, lifetimes, Lean and the system time; and a good one is not
 * discarded because the system time is set back.
 */
class ExpiryTest {

    /** Shared, so that it writes only the first of thousands of simulated outages. */
    private static final ErrorLog LOG = ErrorLogs.create();

    /** Includes minimum validities that exceed the lifetime. */
    @Test
    void expiredTokenIsNeverServed() {
        qt().withExamples(2_000).forAll(
                integers().between(0, 700),
                integers().between(0, 300),
                lists().of(integers().between(0, 99_999)).ofSizeBetween(1, 60))
                .checkAssert((lifetime, minimum, events) -> new World(lifetime, minimum).simulate(events));
    }

    @ParameterizedTest
    @ValueSource(strings = { "PT-2H", "P-1000D" })
    void goodTokenIsServedAfterTheSystemTimeWasSetBack(Duration set) {
        World world = new World(3600, 60);
        world.issue(CacheControl.ANY);
        world.machine.set(set);
        world.leanAvailable = false;

        assertThat(world.issue(CacheControl.ANY).source()).isEqualTo(Source.HIT);
    }

    @ParameterizedTest
    @ValueSource(strings = { "PT2H", "P1000D" })
    void tokenIsReplacedOnceAfterTheSystemTimeWasSetForward(Duration set) {
        World world = new World(3600, 60);
        world.issue(CacheControl.ANY);
        world.machine.set(set);

        assertThat(world.issue(CacheControl.ANY).source()).isEqualTo(Source.MISS);
        assertThat(world.issue(CacheControl.ANY).source()).isEqualTo(Source.HIT);
    }

    /** A machine, a Lean that knows when each of its tokens really expires, and the service. */
    private static final class World {

        private final FakeMachine machine = new FakeMachine();
        private final Map<String, Duration> expiresAt = new HashMap<>();
        private final int lifetime;
        private final TokenSupply supply;
        private boolean leanAvailable = true;
        private Duration responseTime = Duration.ZERO;

        World(int lifetimeSeconds, int minimumSeconds) {
            lifetime = lifetimeSeconds;
            Clock clock = SteadyClocks.of(machine);
            supply = new TokenSupply(new MapTokenCache(), new SetOfAccepted(), TokenStore.NONE, this::lean,
                    Settings.of(TokenConfig.class, "token.minimum-validity", minimumSeconds + "s"), clock, LOG, Traces.OFF);
        }

        private Uni<AccessToken> lean(UpstreamTokenRequest request) {
            if (!leanAvailable) {
                return Uni.createFrom().failure(TokenError.LEAN_UNAVAILABLE.because("unavailable"));
            }
            String token = "token-" + expiresAt.size();
            // Issued when the call arrives; the response takes a while.
            expiresAt.put(token, machine.passed().plusSeconds(lifetime));
            machine.run(responseTime);
            return Uni.createFrom().item(AccessToken.of(
                    Map.of("access_token", token, "token_type", "Bearer", "expires_in", lifetime), request.scope()));
        }

        /** Each number is an event: its remainder is the kind, the number itself the length in milliseconds. */
        void simulate(List<Integer> events) {
            for (int event : events) {
                Duration length = Duration.ofMillis(event);
                switch (event % 8) {
                    case 0 -> machine.run(length);
                    case 1 -> machine.sleep(length.plusSeconds(3));
                    case 2 -> machine.set(length.multipliedBy(10).plusSeconds(3));
                    case 3 -> machine.set(length.multipliedBy(10).plusSeconds(3).negated());
                    case 4 -> leanAvailable = !leanAvailable;
                    case 5 -> responseTime = Duration.ofMillis(event / 20);
                    case 6 -> check(CacheControl.NO_CACHE);
                    default -> machine.run(length.multipliedBy(3));
                }
                check(CacheControl.ANY);
            }
        }

        private void check(CacheControl control) {
            Duration before = machine.passed();
            try {
                IssuedToken issued = issue(control);
                if (issued.source().isFromLean()) {
                    return;
                }
                // A hit is issued before its replacement is requested, which takes time here, on one thread.
                Duration now = issued.source() == Source.HIT ? before : machine.passed();
                JsonObject response = new JsonObject(issued.token().json());
                Duration remaining = expiresAt.get(response.getString("access_token")).minus(now);
                assertThat(remaining).isPositive();
                long expiresIn = response.getLong("expires_in");
                assertThat(expiresIn).isPositive();
                assertThat(remaining).isGreaterThanOrEqualTo(Duration.ofSeconds(expiresIn));
            } catch (TokenException unavailable) {
                assertThat(leanAvailable).isFalse();
            }
        }

        IssuedToken issue(CacheControl control) {
            return supply.token(TokenKey.ofService("client", "", Scope.API),
                    purpose -> new UpstreamTokenRequest(Optional.empty(), "credentials", Scope.API, purpose,
                            CallerAccount.SERVICE),
                    control)
                    .toUni().await().atMost(Duration.ofSeconds(10));
        }
    }
}
