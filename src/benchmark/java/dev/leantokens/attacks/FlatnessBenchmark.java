package dev.leantokens.attacks;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.logging.Level;
import java.util.logging.Logger;

import dev.leantokens.testing.RawHttp;
import io.vertx.core.http.HttpClient;

/**
 * Measures the processor time per request for a cached token, which must not depend on the number of keys, connections and
 * sessions, and counts the calls to Lean for a crowd that requests one token.
 */
public final class FlatnessBenchmark {

    private static final Path FOLDER = Path.of("target", "flat");
    private static final String FORMAT = "| %-40s | %10s | %10s |%n";

    private static final int KEYS = 20_000;
    private static final int CONNECTIONS = 5_000;
    private static final int SESSIONS = 1_000;
    private static final int CROWD = 5_000;

    private static final int HITS_PER_SECOND = 2_000;
    private static final int HIT_CONNECTIONS = 16;
    private static final int WARM_UP_SECONDS = 10;
    private static final int SECONDS = 5;
    private static final int ROUNDS = 3;
    /** Slow enough for a crowd to gather, and fast enough to cause no retry. */
    private static final long SLOW_MILLIS = 1_500;

    private static final Map<String, String> SETTINGS = Map.of("LEAN_REQUESTS_PER_MINUTE", "1000000", "CACHE_MAX_SIZE", "256M",
            "MCP_MAX_SESSIONS_PER_CALLER", "1000", "MCP_MAX_SESSIONS", "2000", "LIMITS_CONNECTIONS", "20000");

    private final Path artifact;

    private FlatnessBenchmark(Path artifact) {
        this.artifact = artifact;
    }

    /** A row of the table. */
    private record Row(String label, IntFunction<Request> hit) {
    }

    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        new FlatnessBenchmark(Path.of(System.getProperty("attacks.artifact"))).run();
        System.exit(0);
    }

    private void run() throws Exception {
        Files.createDirectories(FOLDER);
        System.out.printf("%s, medians of %d rounds of %d s at %d requests/s%n", artifact, ROUNDS, SECONDS, HITS_PER_SECOND);
        System.out.printf(FORMAT, "cached token, REST, beside", "CPU us", "of first");
        System.out.printf(FORMAT, "---", "---:", "---:");
        hits();
        crowd();
    }

    private void hits() throws Exception {
        try (PickyLean lean = new PickyLean();
                AttackedApplication application = start(lean, "hits");
                Attacker client = new Attacker(application.target())) {
            Row one = new Row("1 key", i -> Request.token("api"));
            Row thousand = new Row("1,000 keys, each in turn", i -> Request.token(customer(i % 1_000)));
            Row all = new Row("20,000 keys, each in turn", i -> Request.token(customer(i % KEYS)));
            drive(client, one, HITS_PER_SECOND, WARM_UP_SECONDS);
            double first = median(application, client, one);
            print(one.label(), first, first);
            fill(client);
            print(thousand.label(), median(application, client, thousand), first);
            print(all.label(), median(application, client, all), first);
            List<Socket> idle = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                idle.add(client.connect("127.0.0." + (4 + i % 2),
                        i % 2 == 0 ? client.target().port() : client.target().mcpPort()));
            }
            print("1 key, 5,000 idle connections", median(application, client, one), first);
            for (Socket socket : idle) {
                socket.close();
            }
            drive(client, new Row("sessions", i -> Request.initialize()), SESSIONS / 2, 2);
            print("1 key, 1,000 MCP sessions", median(application, client, one), first);
            print("1 key, again", median(application, client, one), first);
            System.out.println("outcomes: " + client.outcomes().counts());
        }
    }

    private void crowd() throws Exception {
        try (PickyLean lean = new PickyLean(SLOW_MILLIS);
                AttackedApplication application = start(lean, "crowd");
                Attacker client = new Attacker(application.target())) {
            HttpClient http = client.client(RawHttp.LOOPBACK, CROWD);
            for (int i = 0; i < CROWD; i++) {
                client.send(http, Request.token("api"));
            }
            client.awaitAnswers();
            System.out.printf("%d callers of one cold key: %s, %d tokens from Lean%n", CROWD, client.outcomes().counts(),
                    lean.tokens());
        }
    }

    private AttackedApplication start(PickyLean lean, String label) throws IOException {
        Map<String, String> environment = new HashMap<>(Parties.environment(lean.url()));
        environment.putAll(SETTINGS);
        return AttackedApplication.start(artifact, environment, Optional.of(FOLDER.resolve(label + ".log")), "-Xmx768m");
    }

    private static String customer(int number) {
        return "customer.1b9d6bcd-bbfd-4b2d-9b5d-" + String.format(Locale.ROOT, "%012x", number);
    }

    /** Fills the cache with all tokens. */
    private static void fill(Attacker client) throws InterruptedException {
        HttpClient http = client.client(RawHttp.LOOPBACK, 50);
        for (int i = 0; i < KEYS; i++) {
            while (client.underWay() >= 100) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            client.send(http, Request.token(customer(i)));
        }
        client.awaitAnswers();
    }

    private static double median(AttackedApplication application, Attacker client, Row row) throws Exception {
        double[] rounds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            Duration before = application.processorTime();
            int requests = drive(client, row, HITS_PER_SECOND, SECONDS);
            rounds[i] = application.processorTime().minus(before).toNanos() / 1e3 / requests;
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
    }

    /** @return the number of requests sent */
    private static int drive(Attacker client, Row row, int perSecond, int seconds) throws InterruptedException {
        HttpClient http = client.client(RawHttp.LOOPBACK, HIT_CONNECTIONS);
        AtomicInteger sent = new AtomicInteger();
        long start = System.nanoTime();
        while (System.nanoTime() - start < seconds * 1_000_000_000L) {
            long due = (System.nanoTime() - start) * perSecond / 1_000_000_000L;
            while (sent.get() < due && client.underWay() < HIT_CONNECTIONS) {
                client.send(http, row.hit().apply(sent.getAndIncrement()));
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        client.awaitAnswers();
        http.close();
        return sent.get();
    }

    private static void print(String label, double micros, double first) {
        System.out.printf(Locale.ROOT, FORMAT, label, String.format(Locale.ROOT, "%.1f", micros),
                String.format(Locale.ROOT, "%.2f", micros / first));
    }
}
