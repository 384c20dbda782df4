package dev.leantokens.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import dev.leantokens.attacks.Attacker;
import dev.leantokens.attacks.Kind;
import dev.leantokens.vitals.Vitals;

/** Runs the packaged application under load. Exits with a code other than 0 if there are findings. */
public final class Soak {

    /** The exit code of a JVM that SIGTERM ended. */
    private static final int TERMINATED = 128 + 15;
    private static final Duration TO_TERMINATE = Duration.ofSeconds(15);
    private static final long TO_DRAIN_SECONDS = 30;

    /** All kinds except those that need a stalled log or spend the share of anonymous callers, which the load here uses too. */
    private static final Set<Kind> ATTACKS = EnumSet
            .complementOf(EnumSet.of(Kind.STALLED_LOG, Kind.GREEDY_ANONYMOUS, Kind.FLIGHTS_TO_JOIN));
    /** Slow, since all attacks run at once, and for long. */
    private static final double ATTACK_PACE = 0.03;

    private final Settings settings;
    private final Findings findings = new Findings();
    private final Clients clients = new Clients();
    private final CallLimit limit = new CallLimit(Application.REQUESTS_PER_MINUTE, findings);
    private final AuditCheck audit = new AuditCheck(findings);
    private final Tally tally = new Tally();
    private final HeapTrend heap = new HeapTrend();
    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
    /** Separate, since a measurement takes a second, which must not delay anything else. */
    private final ScheduledExecutorService observer = Executors.newSingleThreadScheduledExecutor();
    private final CountDownLatch over = new CountDownLatch(1);

    private volatile boolean ending;

    private Soak(Settings settings) {
        this.settings = settings;
    }

    public static void main(String[] arguments) throws Exception {
        // The application's log manager is on the class path and would buffer all that the HTTP client logs.
        Logger.getLogger("").setLevel(Level.OFF);
        System.exit(new Soak(Settings.ofSystemProperties()).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        try (UnreliableLean lean = new UnreliableLean(clients, limit, timers);
                RudeGateway gateway = new RudeGateway(lean.port());
                Application application = Application.start(gateway.url(), clients.service());
                Wire wire = new Wire(findings, audit)) {
            AnswerCheck check = new AnswerCheck(findings);
            McpCaller mcp = new McpCaller(application.mcp(), wire, check, tally, findings);
            RestCaller rest = new RestCaller(application.rest(), wire, check, tally);
            Load load = new Load(settings.rate(), new RequestMix(clients), rest, mcp, findings);
            application.onExit(this::onApplicationExit);
            mcp.connect();
            Table.head();
            load.start(timers);
            Attacker attacker = new Attacker(application.target(), ATTACK_PACE);
            ATTACKS.forEach(kind -> kind.attack().start(attacker));
            observe(application);
            timers.schedule(over::countDown, settings.duration().toMillis(), TimeUnit.MILLISECONDS);
            over.await();
            attacker.close();
            System.out.println(
                    "attackers' requests: " + attacker.outcomes().requests() + ", which got " + attacker.outcomes().counts());
            observer.shutdown();
            observer.awaitTermination(TO_DRAIN_SECONDS, TimeUnit.SECONDS);
            load.stop().orTimeout(TO_DRAIN_SECONDS, TimeUnit.SECONDS).exceptionally(failure -> {
                findings.add("requests that never ended", failure.toString());
                return null;
            }).join();
            mcp.disconnect();
            ending = true;
            terminate(application);
            System.out.println("exchanges at the gateway: " + gateway);
            summarize(load, mcp);
        } finally {
            timers.shutdownNow();
            observer.shutdownNow();
        }
        return findings.counts().isEmpty();
    }

    private void onApplicationExit() {
        if (!ending) {
            findings.add("the application ended", "during the soak");
            over.countDown();
        }
    }

    private void observe(Application application) {
        long start = System.nanoTime();
        long interval = settings.interval().toMillis();
        observer.scheduleAtFixedRate(() -> {
            try {
                Vitals vitals = application.vitals();
                heap.add(vitals.heapKiB());
                Table.row(Duration.ofNanos(System.nanoTime() - start), tally.cut(), vitals);
            } catch (IOException | RuntimeException e) {
                findings.add("the application could not be measured", e.toString());
            }
        }, interval, interval, TimeUnit.MILLISECONDS);
    }

    private void terminate(Application application) throws InterruptedException {
        long start = System.nanoTime();
        OptionalInt exitCode = application.terminate(TO_TERMINATE);
        if (exitCode.isEmpty() || exitCode.getAsInt() != TERMINATED) {
            findings.add("SIGTERM does not end the application properly",
                    exitCode.isEmpty() ? "still running after " + TO_TERMINATE : "exit code " + exitCode.getAsInt());
        }
        System.out.printf("SIGTERM ended it in %d ms%n", Duration.ofNanos(System.nanoTime() - start).toMillis());
    }

    private void summarize(Load load, McpCaller mcp) throws IOException {
        int lines = new LogCheck(findings).check(Application.log(), clients);
        long audited = audit.check(Application.AUDIT);
        heap.growth().ifPresent(growth -> findings.add("the heap has grown", growth));
        Table.total(tally.total());
        System.out.printf(
                "%d calls to Lean; in a minute at most %d with the service's credentials, %s with callers', %d with the "
                        + "greedy caller's, of %d allowed%n",
                limit.all(), limit.most(clients.service()),
                clients.callers().stream().map(limit::most).toList(), limit.most(clients.greedy()),
                Application.REQUESTS_PER_MINUTE);
        System.out.printf("%d MCP sessions, %d requests skipped, %d lines in the log, %d lines of the load in the audit%n",
                mcp.startedSessions(), load.skipped(), lines, audited);
        System.out.printf("heap after GC, MiB: %s%n", heap);
        if (load.skipped() > 0) {
            // Responses then waited for a processor for seconds, during which tokens can expire.
            System.out.println("This machine was too busy for this rate; findings about times may be caused by that.");
        }
        System.out.println(findings.counts().isEmpty() ? "No findings." : "WRONG: " + findings.counts());
    }
}
