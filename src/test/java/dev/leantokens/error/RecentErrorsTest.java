package dev.leantokens.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.TestClock;

class RecentErrorsTest {

    private final TestClock clock = new TestClock();
    private final RecentErrors errors = new RecentErrors();

    @Test
    void nothingIsRememberedBeforeTheFirstError() {
        assertThat(errors.latest(20)).isEmpty();
    }

    @Test
    void latestKindComesFirstWithItsCountAndTime() {
        Instant start = clock.instant();
        add(Origin.REST, TokenError.INVALID_SCOPE);
        add(Origin.MCP, TokenError.INVALID_SCOPE);
        add(Origin.REST, TokenError.INVALID_SCOPE);

        assertThat(errors.latest(20)).containsExactly(
                new RecentError(Origin.REST, TokenError.INVALID_SCOPE, 2, start.plusSeconds(2)),
                new RecentError(Origin.MCP, TokenError.INVALID_SCOPE, 1, start.plusSeconds(1)));
    }

    @Test
    void onlyTheLatestKindsAreListed() {
        for (TokenError error : TokenError.values()) {
            add(Origin.REST, error);
        }

        assertThat(errors.latest(20)).hasSize(20).extracting(RecentError::error)
                .startsWith(TokenError.LEAN_TIMED_OUT).doesNotContain(TokenError.INVALID_REQUEST);
    }

    /** A caller can cause any number of one kind. */
    @Test
    void floodOfOneKindDisplacesNoOther() throws InterruptedException {
        add(Origin.BACKGROUND, TokenError.SERVICE_CREDENTIALS_REFUSED);
        int each = 50_000;
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread caller = new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                for (int j = 0; j < each; j++) {
                    errors.add(Origin.REST, TokenError.CALLER_REFUSED, clock.millis());
                }
            });
            caller.start();
            callers.add(caller);
        }
        start.countDown();
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(errors.latest(20)).extracting(RecentError::error, RecentError::count).containsExactly(
                tuple(TokenError.CALLER_REFUSED, 4L * each),
                tuple(TokenError.SERVICE_CREDENTIALS_REFUSED, 1L));
    }

    /** One second after the one before. */
    private void add(Origin origin, TokenError error) {
        errors.add(origin, error, clock.millis());
        clock.advance(Duration.ofSeconds(1));
    }
}
