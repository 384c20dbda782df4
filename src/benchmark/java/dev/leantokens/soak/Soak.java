package dev.leantokens.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import dev.leantokens.attacks.Target;

/**
 * Runs two replicas of the packaged application under load, while Lean, Redis, an issuer and the replicas themselves fail in
 * turn. Exits with a code other than 0 if there are findings.
 */
public final class Soak implements Disturbances.Parties {

    private static final int REPLICAS = 2;

    /** The part of the time in which the machine may stall, if there are findings that this excuses. */
    private static final double MOST_STALLED = 0.2;

    /** The exit code of a JVM that SIGTERM ended. */
    private static final int TERMINATED = 128 + 15;
    private static final Duration TO_TERMINATE = Duration.ofSeconds(15);
    private static final long TO_DRAIN_SECONDS = 30;
    /** For connections to close that nobody uses any more. */
    private static final long TO_CLOSE_SECONDS = 15;

    private final Settings settings;
    private final Stalls stalls = new Stalls();
    private final Findings findings = new Findings(stalls);
    private final Journal journal = new Journal();
    private final Clients clients = new Clients();
    private final CallLimit limit = new CallLimit(Application.REQUESTS_PER_MINUTE, findings, journal);
    private final AuditCheck audit = new AuditCheck(findings);
    private final Tally tally = new Tally();
    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(4);
    /** Separate, since a measurement takes a second, which must not delay anything else. */
    private final ScheduledExecutorService observer = Executors.newSingleThreadScheduledExecutor();
    private final CountDownLatch over = new CountDownLatch(1);

    private final UnreliableLean lean = new UnreliableLean(clients, timers);
    private final RudeGateway gateway = new RudeGateway(lean.port(), limit);
    private final Store store = new Store(REPLICAS);
    private final JwtCallers jwtCallers = new JwtCallers();
    private final List<Replica> replicas = new ArrayList<>();

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
        try {
            System.out.printf("%s, %d requests/s, -Dsoak.seed=%d%n", settings.duration(), settings.rate(), settings.seed());
            startReplicas();
            List<Integer> files = openFiles();
            Load load = new Load(settings.rate(), new RequestMix(clients, jwtCallers), replicas, journal, findings);
            Disturbances disturbances = new Disturbances(this, journal, findings, timers, settings.seed());
            Table.head();
            load.start(timers);
            disturbances.start();
            List<Target> targets = replicas.stream().map(replica -> replica.application().target()).toList();
            Attackers attackers = new Attackers(targets, settings.seed());
            attackers.start();
            BrokenRequests broken = new BrokenRequests(targets, clients.service(), findings, settings.seed());
            broken.start();
            observe();
            timers.schedule(over::countDown, settings.duration().toMillis(), TimeUnit.MILLISECONDS);
            over.await();
            disturbances.stop();
            attackers.close();
            broken.close();
            observer.shutdown();
            observer.awaitTermination(TO_DRAIN_SECONDS, TimeUnit.SECONDS);
            drain(load);
            checkFiles(files);
            ending = true;
            for (Replica replica : replicas) {
                terminate(replica);
            }
            System.out.println("attackers' requests: " + attackers);
            System.out.println(broken);
            summarize(load);
        } finally {
            timers.shutdownNow();
            observer.shutdownNow();
            replicas.forEach(Replica::close);
            gateway.close();
            lean.close();
            store.close();
            jwtCallers.close();
            stalls.close();
        }
        return findings.counts().isEmpty();
    }

    private void startReplicas() throws IOException {
        for (int number = 0; number < REPLICAS; number++) {
            Map<String, String> further = new HashMap<>(store.environment(number));
            further.putAll(jwtCallers.environment());
            further.putAll(BrokenRequests.environment());
            Application application = Application.start(number, gateway.url(), clients.service(), further);
            application.onExit(this::onApplicationExit);
            stalls.watch(application.pid());
            replicas.add(new Replica(application, findings, journal, audit, tally));
        }
        replicas.forEach(replica -> replica.mcp().connect());
    }

    private void onApplicationExit() {
        if (!ending) {
            findings.add("the application ended", "during the soak");
            over.countDown();
        }
    }

    @Override
    public int replicas() {
        return replicas.size();
    }

    @Override
    public void begin(Disturbance disturbance, int replica) {
        switch (disturbance) {
            case LEAN_REFUSES_CONNECTIONS -> lean.refuseConnections();
            case LEAN_ANSWERS_503 -> lean.answer503(true);
            case LEAN_FREEZES -> gateway.freeze();
            case REPLICA_FREEZES -> replicas.get(replica).application().freeze();
            case STORE_FREEZES -> store.freeze();
            case STORE_DIES, STORE_RESTARTS -> store.die();
            case STORE_FORGETS_EVERYTHING -> store.forgetEverything();
            case STORE_IS_SLOW -> store.slowDown();
            case STORE_IS_CUT_OFF_FROM_ONE -> store.cutOff(replica);
            case ISSUER_HANGS -> jwtCallers.hang();
            case KEYS_ROTATE -> jwtCallers.rotate();
        }
    }

    @Override
    public void end(Disturbance disturbance, int replica) {
        switch (disturbance) {
            case LEAN_REFUSES_CONNECTIONS -> lean.acceptConnections();
            case LEAN_ANSWERS_503 -> lean.answer503(false);
            case LEAN_FREEZES -> gateway.thaw();
            case REPLICA_FREEZES -> replicas.get(replica).application().thaw();
            case STORE_FREEZES -> store.thaw();
            case STORE_DIES, STORE_RESTARTS -> store.startAgain();
            case STORE_IS_SLOW -> store.speedUp();
            case STORE_IS_CUT_OFF_FROM_ONE -> store.connect(replica);
            case ISSUER_HANGS -> jwtCallers.answer();
            case STORE_FORGETS_EVERYTHING, KEYS_ROTATE -> {
                // Nothing to end.
            }
        }
    }

    private List<Integer> openFiles() throws IOException {
        List<Integer> files = new ArrayList<>();
        for (Replica replica : replicas) {
            files.add(replica.openFiles());
        }
        return files;
    }

    private void observe() {
        long start = System.nanoTime();
        long interval = settings.interval().toMillis();
        observer.scheduleAtFixedRate(() -> {
            try {
                StringBuilder vitals = new StringBuilder();
                for (Replica replica : replicas) {
                    vitals.append(vitals.isEmpty() ? "" : ", ").append(replica.measure());
                }
                Table.row(Duration.ofNanos(System.nanoTime() - start), tally.cut(), vitals.toString());
            } catch (IOException | RuntimeException e) {
                findings.add("the application could not be measured", e.toString());
            }
        }, interval, interval, TimeUnit.MILLISECONDS);
    }

    private void drain(Load load) {
        load.stop().orTimeout(TO_DRAIN_SECONDS, TimeUnit.SECONDS).exceptionally(failure -> {
            findings.add("requests that never ended", failure.toString());
            return null;
        }).join();
        replicas.forEach(replica -> replica.mcp().disconnect());
    }

    /** All connections of the load and of the attackers are closed by now, or soon. */
    private void checkFiles(List<Integer> before) throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(TO_CLOSE_SECONDS);
        for (Replica replica : replicas) {
            int number = replica.application().number();
            System.out.printf("replica %d: %d files before, at most %d, %d afterwards%n", number, before.get(number),
                    replica.mostFiles(), replica.openFiles());
            if (replica.leaksFiles(before.get(number)) || replica.accumulatesFiles()) {
                findings.add("files stay open", "replica " + number);
            }
        }
    }

    private void terminate(Replica replica) throws InterruptedException {
        long start = System.nanoTime();
        OptionalInt exitCode = replica.application().terminate(TO_TERMINATE);
        if (exitCode.isEmpty() || exitCode.getAsInt() != TERMINATED) {
            findings.add("SIGTERM does not end the application properly",
                    exitCode.isEmpty() ? "still running after " + TO_TERMINATE : "exit code " + exitCode.getAsInt());
        }
        System.out.printf("SIGTERM ended it in %d ms%n", Duration.ofNanos(System.nanoTime() - start).toMillis());
    }

    private void summarize(Load load) throws IOException {
        int lines = 0;
        LogCheck logs = new LogCheck(findings, journal);
        for (Replica replica : replicas) {
            lines += logs.check(replica.application(), clients, store.key());
            replica.heap().growth().ifPresent(growth -> findings.add("the heap has grown", growth));
        }
        long audited = audit.check(replicas.stream().map(replica -> replica.application().audit()).toList());
        Table.total(tally.total());
        System.out.println("exchanges at the gateway: " + gateway);
        System.out.println("disturbances: " + journal.counts());
        System.out.printf(
                "%d calls to Lean; %d while no fault of the store allowed more: in a minute at most %d with the service's "
                        + "credentials, %s with callers', %d with the greedy caller's, of %d allowed; otherwise at most %d, with "
                        + "%d calls beyond the limit%n",
                limit.all(), limit.strictlyChecked(), limit.most(clients.service()),
                clients.callers().stream().map(limit::most).toList(), limit.most(clients.greedy()),
                Application.REQUESTS_PER_MINUTE, limit.mostAfterFaults(), limit.excesses());
        System.out.printf("%d MCP sessions, %d requests skipped, %d lines in the logs, %d lines of the load in the audits%n",
                replicas.stream().mapToInt(replica -> replica.mcp().startedSessions()).sum(), load.skipped(), lines, audited);
        replicas.forEach(replica -> System.out.printf("heap of replica %d after GC, MiB: %s%n",
                replica.application().number(), replica.heap()));
        System.out.println(logs.races() + " times, Vert.x logged a response behind the end of its connection");
        System.out.println(stalls);
        if (load.skipped() > 0) {
            System.out.println("This machine was too busy for this rate.");
        }
        if (!findings.excused().isEmpty()) {
            System.out.println("excused by stalls of this machine: " + findings.excused());
            if (stalls.part() > MOST_STALLED) {
                findings.add("the machine was too busy to say anything about times", stalls.toString());
            }
        }
        findings.printInexcusable();
        System.out.println(findings.counts().isEmpty() ? "No findings." : "WRONG: " + findings.counts());
    }
}
