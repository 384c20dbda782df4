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
 * Twenty callers that send requests at a constant rate, over both adapters, for tokens of the service and of their own Lean
 * credentials. The tokens are cached, except those requested by {@link #miss}. Checks each answer.
 */
public final class OrdinaryCallers implements AutoCloseable {

    private static final int CALLERS = 20;
    private static final int REQUESTS_OF_A_SECOND = 10;
    /** Longer than the deadline of 10 s, up to which a call to Lean may be queued. */
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

    /** Opens the sessions and fills the cache with the tokens of these callers. */
    public void connect() {
        for (OrdinaryCaller caller : callers) {
            caller.connect();
        }
    }

    /** @param scopes supplies uncached scopes; a new customer replaces a missing one */
    public void missFrom(Supply scopes) {
        missing = scopes;
    }

    /** Starts to request cached tokens. */
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

    /** Supplies scopes that another caller has just requested. */
    @FunctionalInterface
    public interface Supply {

        Supply NONE = Optional::empty;

        Optional<String> next();
    }

    /** Lets one caller of each local client, and one of each Lean client, request an uncached token. */
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

    /** @return the number of completed requests since the last report */
    public int completed() {
        return report.get().requests();
    }

    /** @return the report of all requests since the last one */
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
