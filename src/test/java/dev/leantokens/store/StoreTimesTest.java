package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.leantokens.lean.SharedBudget.Call;
import dev.leantokens.lean.SharedBudget.Limits;
import dev.leantokens.lean.SharedBudget.Own;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

class StoreTimesTest {

    private static final Duration TIMEOUT = Duration.ofMillis(50);

    /** How long the budget waits for its answers. */
    private final List<Duration> waits = new ArrayList<>();

    private final StoreLink link = new StoreLink() {

        @Override
        public Uni<Response> run(StoreScript script, List<String> keys, List<Buffer> arguments, Duration patience) {
            waits.add(patience);
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
        Duration minute = Duration.ofMinutes(1);
        Call call = new Call("client", Optional.empty(), "sharer", 60, false, false, new Limits(60, 30, 6, minute, minute),
                "id", waited, Context.root());
        new RedisBudget(link, () -> List.of(Links.KEY), Links.NAMES, TIMEOUT, Clock.systemUTC(), StoreSpans.OFF)
                .take(call, new Own(0, false, minute), Duration.ZERO).subscribe().with(taken -> {
                }, failure -> {
                });
        return waits.get(waits.size() - 1);
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
}
