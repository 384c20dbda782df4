package dev.leantokens.hostile.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.leantokens.hostile.Campaign;
import dev.leantokens.hostile.http.TokenRequest.Port;

/**
 * Random exchanges on many connections at a time, to both ports, beside ordinary callers: valid ones, which must be answered
 * however they are cut; mutated ones, which must be answered or closed in time; and clients that go away.
 */
class HostileCallersCampaignIT {

    private static final int CONNECTIONS = 24;
    private static final int SLOW = 6;

    @Test
    void callersGetTheirOwnTokensOrTheirConnectionsEnd() {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS + SLOW);
        AtomicInteger answered = new AtomicInteger();
        List<CompletableFuture<Boolean>> slow = new ArrayList<>();
        try (AttackedService service = AttackedService.start(Map.of())) {
            int cases = Campaign.named("hostile callers").play(random -> {
                // Generated before they are played, so that the case does not depend on the order of threads.
                List<Exchange> exchanges = IntStream.range(0, CONNECTIONS).mapToObj(i -> exchange(random)).toList();
                List<CompletableFuture<Boolean>> played = exchanges.stream()
                        .map(exchange -> CompletableFuture.supplyAsync(() -> exchange.play(service), threads)).toList();
                // They take longer than a case: while some are under way, no further ones start.
                if (slow.stream().allMatch(CompletableFuture::isDone)) {
                    join(slow);
                    slow.clear();
                    Stream.generate(() -> SlowExchange.generate(random)).limit(SLOW).forEach(exchange -> slow
                            .add(CompletableFuture.supplyAsync(() -> exchange.play(service), threads)));
                }
                join(played);
                answered.addAndGet((int) played.stream().filter(CompletableFuture::join).count());
                service.assertServed();
                service.assertQuietLog();
            });
            join(slow);
            System.out.printf("hostile callers: %d exchanges, %d of mutated bytes got a token%n", cases * CONNECTIONS,
                    answered.get());
            // A campaign whose bytes are all refused at the first one would find nothing.
            assertThat(answered.get()).as("tokens for mutated bytes").isGreaterThanOrEqualTo(cases / 2);
            service.assertNothingIsLeft();
        } finally {
            threads.shutdownNow();
        }
    }

    private static void join(List<CompletableFuture<Boolean>> exchanges) {
        try {
            exchanges.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        }
    }

    private static Exchange exchange(RandomGenerator random) {
        Port port = Port.values()[random.nextInt(Port.values().length)];
        return switch (random.nextInt(9)) {
            case 0 -> PendingExchange.generate(port, random);
            case 1, 2, 3, 4 -> Http1Exchange.generate(port, random);
            default -> Http2Exchange.generate(port, random);
        };
    }

    /** What is sent on one connection, and what must come back. */
    interface Exchange {

        /**
         * @return whether the bytes were mutated, and a token was returned nevertheless
         * @throws AssertionError if the service has misbehaved
         */
        boolean play(AttackedService service);
    }

    /**
     * Asserts that no token is another exchange's. Mutated bytes can request a scope that no exchange was generated with.
     *
     * @param own the scopes that were requested before the bytes were mutated
     */
    static void assertOwn(Collection<String> scopes, Collection<String> own) {
        assertThat(scopes).as("no tokens of other exchanges")
                .allMatch(scope -> own.contains(scope) || !TokenRequest.isOfAny(scope));
    }
}
