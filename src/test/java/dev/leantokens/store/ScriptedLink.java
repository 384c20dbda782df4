package dev.leantokens.store;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;

/**
 * A link to a server that answers calls for tokens as a test says, and nothing else.
 *
 * @param answer the reply to the arguments of {@code enter.lua}
 * @param listeners those that are added
 */
record ScriptedLink(Function<List<String>, List<Object>> answer, List<StoreLink.Listener> listeners) implements StoreLink {

    private static final int ARGUMENTS_OF_ENTER = 10;

    RedisTokenStore store(Duration lease, Duration clock, TestFleet fleet) {
        return new RedisTokenStore(this, () -> List.of(TestFleet.KEY), Links.NAMES, new StoreTimes(Duration.ofMillis(500),
                lease, lease.multipliedBy(2), Duration.ofSeconds(5), Duration.ofSeconds(5)), TokenGenerations.NONE,
                TestFleet.off(clock), fleet.links.vertx(), fleet.registry, StoreSpans.OFF);
    }

    @Override
    public Uni<Response> run(StoreScript script, List<String> keys, List<Buffer> arguments, Duration patience) {
        return arguments.size() == ARGUMENTS_OF_ENTER
                ? Uni.createFrom().item(() -> reply(answer.apply(arguments.stream().map(Buffer::toString).toList())))
                : Uni.createFrom().failure(new IllegalStateException("not answered"));
    }

    @Override
    public Uni<Response> runInBackground(StoreScript script, List<String> keys, List<Buffer> arguments) {
        return run(script, keys, arguments, Duration.ZERO);
    }

    private static Response reply(List<Object> parts) {
        MultiType multi = MultiType.create(parts.size(), false);
        for (Object part : parts) {
            multi.add(BulkType.create(part instanceof byte[] bytes ? Buffer.buffer(bytes) : Buffer.buffer(part.toString()),
                    false));
        }
        return multi;
    }

    @Override
    public void send(Buffer message) {
        // Is lost.
    }

    @Override
    public boolean isUp() {
        return false;
    }

    @Override
    public int replicas() {
        return 1;
    }

    @Override
    public void addListener(Listener listener) {
        listeners.add(listener);
    }
}
