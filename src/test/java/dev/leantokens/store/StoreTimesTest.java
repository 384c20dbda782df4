package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.lean.SharedBudget.Answer;
import dev.leantokens.lean.SharedBudget.Call;
import dev.leantokens.lean.SharedBudget.Limits;
import dev.leantokens.lean.SharedBudget.Own;
import dev.leantokens.testing.TestClock;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;

class StoreTimesTest {

    private static final Duration TIMEOUT = Duration.ofMillis(50);

    /** How long the budget waits for its answers. */
    private final List<Duration> waits = new ArrayList<>();

    /** How the budget is answered; null for not at all. */
    private Uni<Response> taken;

    private final StoreLink link = new StoreLink() {

        @Override
        public Uni<Response> run(StoreScript script, List<String> keys, List<Buffer> arguments, Duration patience) {
            waits.add(patience);
            if (taken != null) {
                return taken;
            }
            return Uni.createFrom().failure(new StoreUnavailableException(StoreFault.TIMEOUT));
        }

        @Override
        public Uni<Response> runInBackground(StoreScript script, List<String> keys, List<Buffer> arguments) {
            return Uni.createFrom().failure(new StoreUnavailableException(StoreFault.TIMEOUT));
        }

        @Override
        public void send(Buffer message) {
            // Is lost.
        }

        @Override
        public boolean isUp() {
            return true;
        }

        @Override
        public int replicas() {
            return 1;
        }

        @Override
        public void addListener(Listener listener) {
            // Hears nothing.
        }
    };

    private Duration waitOfTheBudget(Duration waited) {
        take(waited, Clock.systemUTC());
        return waits.get(waits.size() - 1);
    }

    private CompletableFuture<Answer> take(Duration waited, Clock clock) {
        Duration minute = Duration.ofMinutes(1);
        Call call = new Call("client", Optional.empty(), "sharer", 60, false, false, new Limits(60, 30, 6, minute, minute),
                "id", waited, Context.root());
        return new RedisBudget(link, () -> List.of(Links.KEY), Links.NAMES, TIMEOUT, clock, StoreSpans.OFF)
                .take(call, new Own(0, false, minute), Duration.ZERO).subscribeAsCompletionStage();
    }

    @Test
    void budgetGetsWhatTheLookupLeft() {
        Duration lookup = new StoreTimes(TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT).lookup();

        assertThat(lookup).isEqualTo(Duration.ofMillis(40));
        assertThat(waitOfTheBudget(Duration.ZERO)).isEqualTo(TIMEOUT);
        assertThat(waitOfTheBudget(Duration.ofMillis(2))).isEqualTo(Duration.ofMillis(48));
        assertThat(waitOfTheBudget(lookup)).isEqualTo(Duration.ofMillis(10));
        assertThat(waitOfTheBudget(Duration.ofMillis(45))).as("in all a little more").isEqualTo(Duration.ofMillis(10));
    }

    /** It is read before the time limit ends, and other replicas may have made the call since then. */
    @ParameterizedTest
    @CsvSource({ "0, true", "1, true", "1.1, false", "300, false" })
    void answerThatCameWhileTheProcessWasStoppedPermitsNoCall(String secondsLate, boolean permits) {
        TestClock clock = new TestClock();
        MultiType reply = MultiType.create(3, false);
        List.of("taken", "59", "-1").forEach(part -> reply.add(BulkType.create(Buffer.buffer(part), false)));
        taken = Uni.createFrom().item(() -> {
            clock.advance(TIMEOUT.plus(Duration.parse("PT" + secondsLate + "S")));
            return reply;
        });

        assertThat(take(Duration.ZERO, clock).isCompletedExceptionally()).isNotEqualTo(permits);
    }
}
