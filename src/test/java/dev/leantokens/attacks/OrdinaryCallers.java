package dev.leantokens.attacks;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;

/**
 * Twenty callers who ask at a steady rate, whether or not those before have been answered, over both adapters, with the
 * service's credentials and their own: for tokens that are cached and, when they are told to, for some that are not. Each
 * answer is checked.
 */
public final class OrdinaryCallers implements AutoCloseable {

    private static final int CALLERS = 20;
    private static final int REQUESTS_OF_A_SECOND = 10;
    /** A call to Lean waits for its turn up to the deadline of 10 s. */
    private static final int TIMEOUT_MILLIS = 12_000;
    private static final int CONNECTIONS = 200;

    private final Vertx vertx = Clients.vertx();
    private final HttpClient http = vertx.httpClientBuilder()
            .with(new HttpClientOptions().setConnectTimeout(TIMEOUT_MILLIS).setKeepAliveTimeout(600))
            .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS)).build();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final List<OrdinaryCaller> callers;
    private volatile Supply missing = Supply.NONE;
    private final AtomicReference<Report> report = new AtomicReference<>(new Report());

    public OrdinaryCallers(Target target) {
        callers = IntStream.range(0, CALLERS)
                .mapToObj(i -> new OrdinaryCaller(i, vertx, http, target, TIMEOUT_MILLIS)).toList();
    }

    /** Opens the sessions and fills the cache with what these callers ask for. */
    public void connect() {
        for (OrdinaryCaller caller : callers) {
            caller.connect();
        }
    }

    /** @param scopes where callers find the next scope that is in no cache, besides making up one */
    public void missFrom(Supply scopes) {
        missing = scopes;
    }

    /** Starts to ask for what is cached. */
    public void start() {
        long begin = System.nanoTime();
        AtomicInteger ticks = new AtomicInteger();
        int perSecond = CALLERS * REQUESTS_OF_A_SECOND;
        timers.scheduleAtFixedRate(() -> {
            long due = (System.nanoTime() - begin) * perSecond / 1_000_000_000L;
            while (ticks.get() < due) {
                int tick = ticks.getAndIncrement();
                OrdinaryCaller caller = callers.get(tick % CALLERS);
                ask(caller, false, () -> caller.ask(tick / CALLERS));
            }
        }, 0, 5, TimeUnit.MILLISECONDS);
    }

    /** Scopes to ask for that someone else has just asked for. */
    @FunctionalInterface
    public interface Supply {

        Supply NONE = Optional::empty;

        Optional<String> next();
    }

    /** Has callers ask for a token that is in no cache: one of each local client, and one with each credentials of its own. */
    public void miss() {
        for (OrdinaryCaller caller : callers) {
            if (caller.mayMiss()) {
                String scope = caller.sharesService() ? missing.next().orElseGet(Parties::newCustomer) : Parties.newCustomer();
                ask(caller, true, () -> caller.askFor(scope));
            }
        }
    }

    private void ask(OrdinaryCaller caller, boolean miss, Supplier<CompletableFuture<Optional<String>>> question) {
        Report current = report.get();
        current.begin();
        long begin = System.nanoTime();
        question.get().whenComplete((wrong, failure) -> current.add(miss, System.nanoTime() - begin,
                failure == null ? wrong : Optional.of(caller + ": " + failure)));
    }

    /** @return the number of requests since the last report that are over */
    public int completed() {
        return report.get().requests();
    }

    /** @return the report of all requests since the last time */
    public Report cut() {
        Report cut = report.getAndSet(new Report());
        Awaitility.await().atMost(2L * TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).until(cut::isComplete);
        return cut;
    }

    @Override
    public void close() {
        timers.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
