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
import java.util.function.Function;

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
import io.smallrye.mutiny.Uni;

/**
 * An expired token is never given out, whatever the times, the lifetimes, the state of Lean and what is done to the machine's
 * clock; and a good one is not thrown away because of it.
 */
class ExpiryTest {

    /** One for all, so that it writes but the first of thousands of made-up outages. */
    private static final ErrorLog LOG = ErrorLogs.create();

    /** With lifetimes and minima that fit each other, and some that do not. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void expiredTokenIsNeverServed(boolean systemTellsItsUptime) {
        qt().withExamples(2_000).forAll(
                integers().between(0, 700),
                integers().between(0, 300),
                lists().of(integers().between(0, 99_999)).ofSizeBetween(1, 60))
                .checkAssert((lifetime, minimum, events) -> new World(lifetime, minimum, systemTellsItsUptime).live(events));
    }

    @ParameterizedTest
    @ValueSource(strings = { "PT2H", "PT-2H", "P1000D", "P-1000D" })
    void goodTokenIsServedAfterTheClockWasSet(Duration set) {
        World world = new World(3600, 60, true);
        world.ask(CacheControl.ANY);
        world.machine.set(set);
        world.leanIsUp = false;

        assertThat(world.ask(CacheControl.ANY).source()).isEqualTo(Source.HIT);
    }

    /** A machine, a Lean that knows until when each of its tokens is really valid, and the service between. */
    private static final class World {

        private final FakeMachine machine = new FakeMachine();
        private final Map<String, Duration> reallyValidUntil = new HashMap<>();
        private final int lifetime;
        private final TokenSupply supply;
        private boolean leanIsUp = true;
        private Duration answersAfter = Duration.ZERO;

        World(int lifetimeSeconds, int minimumSeconds, boolean tellsUptime) {
            lifetime = lifetimeSeconds;
            if (!tellsUptime) {
                machine.hideUptime();
            }
            Clock clock = SteadyClocks.of(machine);
            supply = new TokenSupply(new MapTokenCache(), new SetOfAccepted(), this::lean,
                    Settings.of(TokenConfig.class, "token.minimum-validity", minimumSeconds + "s"), clock, LOG);
        }

        private Uni<AccessToken> lean(UpstreamTokenRequest request) {
            if (!leanIsUp) {
                return Uni.createFrom().failure(TokenError.LEAN_UNAVAILABLE.because("away"));
            }
            String token = "token-" + reallyValidUntil.size();
            // Made when the call arrives, and under way for a while afterwards.
            reallyValidUntil.put(token, machine.passed().plusSeconds(lifetime));
            machine.run(answersAfter);
            return Uni.createFrom().item(AccessToken.of(
                    Map.of("access_token", token, "token_type", "Bearer", "expires_in", lifetime), request.scope()));
        }

        /** What happens is told by the remainder of each number, and for how long by its quotient. */
        void live(List<Integer> events) {
            for (int event : events) {
                Duration length = Duration.ofMillis(event);
                switch (event % 8) {
                    case 0 -> machine.run(length);
                    case 1 -> machine.sleep(length.plusSeconds(3));
                    case 2 -> machine.set(length.multipliedBy(10).plusSeconds(3));
                    case 3 -> machine.set(length.multipliedBy(10).plusSeconds(3).negated());
                    case 4 -> leanIsUp = !leanIsUp;
                    case 5 -> answersAfter = length.dividedBy(20);
                    case 6 -> check(this::ask, CacheControl.NO_CACHE);
                    default -> machine.run(length.multipliedBy(3));
                }
                check(this::ask, CacheControl.ANY);
            }
        }

        private void check(Function<CacheControl, IssuedToken> asking, CacheControl control) {
            Duration before = machine.passed();
            try {
                IssuedToken issued = asking.apply(control);
                if (issued.source().isFromLean()) {
                    return;
                }
                // A hit does not wait for the call that replaces it, though here, on one thread, that is over first.
                Duration now = issued.source() == Source.HIT ? before : machine.passed();
                Duration left = reallyValidUntil.get(issued.token().members().get("access_token")).minus(now);
                assertThat(left).isPositive();
                long promised = ((Number) issued.token().members().get("expires_in")).longValue();
                assertThat(promised).isPositive();
                // The uptime is told to a hundredth of a second.
                assertThat(left.plusMillis(20)).isGreaterThanOrEqualTo(Duration.ofSeconds(promised));
            } catch (TokenException unavailable) {
                assertThat(leanIsUp).isFalse();
            }
        }

        IssuedToken ask(CacheControl control) {
            return supply.token(new TokenKey("client", "", Scope.API),
                    purpose -> new UpstreamTokenRequest(Optional.empty(), "credentials", Scope.API, purpose,
                            CallerAccount.SERVICE),
                    control)
                    .await().atMost(Duration.ofSeconds(10));
        }
    }
}
