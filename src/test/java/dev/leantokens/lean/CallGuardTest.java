package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.AccessToken;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/** In an application, since the breakers need SmallRye Fault Tolerance. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class CallGuardTest {

    private static final Executor HERE = Runnable::run;

    /** Time passes between any two readings, as on a busy machine. */
    private final TestClock clock = new TestClock() {

        @Override
        public Instant instant() {
            advance(Duration.ofMillis(1));
            return super.instant();
        }
    };
    private final CallGuard guard;
    private final AtomicInteger sent = new AtomicInteger();

    CallGuardTest(Vertx vertx) {
        guard = new CallGuard(Optional::empty, Settings.of(LeanConfig.class), clock, vertx, SharedBudget.NONE);
    }

    @Test
    void refusedCallsDoNotExtendThePause() {
        assertThat(call(throttled(Duration.ofSeconds(20)))).isNotNull();
        Instant paused = clock.instant();
        for (int i = 0; i < 1000; i++) {
            assertThat(call(throttled(Duration.ofSeconds(20)))).extracting(TokenException::error)
                    .isEqualTo(TokenError.THROTTLED);
        }
        assertThat(sent).hasValue(1);

        clock.advance(Duration.between(clock.instant(), paused.plusSeconds(20)));

        assertThat(call(throttled(Duration.ofSeconds(20)))).isNotNull();
        assertThat(sent).as("the pause has ended").hasValue(2);
    }

    private TokenException call(Uni<AccessToken> outcome) {
        return catchThrowableOfType(TokenException.class, () -> guard
                .pass(Requests.ofCaller("client", "secret", true, "192.0.2.7"), clock.instant().plusSeconds(5), HERE,
                        another -> {
                            sent.incrementAndGet();
                            return outcome;
                        })
                .await().atMost(Duration.ofSeconds(10)));
    }

    private static Uni<AccessToken> throttled(Duration wait) {
        return Uni.createFrom().failure(() -> TokenError.THROTTLED.because("throttled").retryAfter(wait));
    }
}
