package dev.leantokens.attacks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.logging.Level;
import java.util.logging.Logger;

import dev.leantokens.testing.KeptConnection;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RedisServer;

/** Measures what a token costs from memory, from Redis and from Lean, and what a store costs a replica otherwise. */
public final class StoreBenchmark {

    private static final Path FOLDER = Path.of("target", "store");
    private static final String HEAP = "-Xmx128m";
    private static final String LATENCIES = "| %-36s | %8s | %8s | %8s |%n";
    private static final String COSTS = "| %-16s | %10s | %10s | %14s | %8s |%n";

    private static final int WARM_UP = 20_000;
    private static final int WARM_UP_MISSES = 3_000;
    private static final int ROUNDS = 5;
    private static final int REQUESTS = 1_000;
    private static final int CALLERS = 16;
    private static final long NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Path artifact;
    private final RedisServer redis = RedisServer.start();
    private final PickyLean lean = new PickyLean(1);
    private int customers;

    private StoreBenchmark(Path artifact) {
        this.artifact = artifact;
    }

    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        Files.createDirectories(FOLDER);
        StoreBenchmark benchmark = new StoreBenchmark(Path.of(System.getProperty("attacks.artifact")));
        try {
            benchmark.run();
        } finally {
            benchmark.redis.close();
            benchmark.lean.close();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        try (AttackedApplication one = start("one", true);
                AttackedApplication another = start("another", true);
                AttackedApplication alone = start("alone", false)) {
            for (AttackedApplication each : List.of(one, another, alone)) {
                repeat(each, WARM_UP, i -> "api");
                repeat(each, WARM_UP_MISSES, i -> nextCustomer());
            }
            shared(one, another, WARM_UP_MISSES);
            latencies(one, another, alone);
            rates(one, alone);
        }
        starts();
    }

    private void latencies(AttackedApplication one, AttackedApplication another, AttackedApplication alone) {
        List<Long> memory = new ArrayList<>();
        List<Long> memoryAlone = new ArrayList<>();
        List<Long> fromRedis = new ArrayList<>();
        List<Long> fromLean = new ArrayList<>();
        List<Long> fromLeanAlone = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            memory.addAll(repeat(one, REQUESTS, i -> "api"));
            memoryAlone.addAll(repeat(alone, REQUESTS, i -> "api"));
            fromRedis.addAll(shared(one, another, REQUESTS));
            fromLean.addAll(repeat(one, REQUESTS, i -> nextCustomer()));
            fromLeanAlone.addAll(repeat(alone, REQUESTS, i -> nextCustomer()));
        }
        System.out.printf("%s, one caller, %d rounds of %d requests, Lean answers after 1 ms%n", artifact, ROUNDS, REQUESTS);
        System.out.printf(LATENCIES, "token", "p50, ms", "p99, ms", "p99.9, ms");
        System.out.printf(LATENCIES, "---", "---:", "---:", "---:");
        print("from memory", memory);
        print("from memory, without a store", memoryAlone);
        print("from Redis", fromRedis);
        print("from Lean, shared by Redis", fromLean);
        print("from Lean, without a store", fromLeanAlone);
    }

    /** @return the durations in nanoseconds of requests for tokens that another replica has obtained */
    private List<Long> shared(AttackedApplication one, AttackedApplication another, int requests) {
        int first = customers;
        repeat(one, requests, i -> nextCustomer());
        return repeat(another, requests, i -> customer(first + i));
    }

    private void rates(AttackedApplication with, AttackedApplication without) throws Exception {
        double[][] rates = new double[2][ROUNDS];
        double[][] processor = new double[2][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int which = 0; which < 2; which++) {
                AttackedApplication application = which == 0 ? with : without;
                long before = application.processorTime().toNanos();
                long start = System.nanoTime();
                long requests = crowd(application);
                rates[which][round] = requests * 1e9 / (System.nanoTime() - start);
                processor[which][round] = (application.processorTime().toNanos() - before) / 1e3 / requests;
            }
        }
        System.out.printf("%ncached tokens, %d callers, medians of %d rounds of 2 s in turn: with a store %.0f requests/s and "
                + "%.1f us of processor time each, without %.0f and %.1f: rate %.3f, processor time %.3f%n", CALLERS, ROUNDS,
                median(rates[0]), median(processor[0]), median(rates[1]), median(processor[1]),
                median(rates[0]) / median(rates[1]), median(processor[0]) / median(processor[1]));
    }

    private void starts() throws IOException {
        double[][] seconds = new double[2][ROUNDS];
        double[][] resident = new double[2][ROUNDS];
        double[][] heap = new double[2][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int which = 0; which < 2; which++) {
                long start = System.nanoTime();
                try (AttackedApplication application = start("start", which == 0)) {
                    repeat(application, 1, i -> "api");
                    seconds[which][round] = (System.nanoTime() - start) / 1e9;
                    resident[which][round] = application.residentKiB() / 1024.0;
                    heap[which][round] = application.vitals().heapKiB() / 1024.0;
                }
            }
        }
        System.out.println();
        System.out.printf(COSTS, "", "start, s", "of without", "resident, MiB", "heap, MiB");
        System.out.printf(COSTS, "---", "---:", "---:", "---:", "---:");
        for (int which = 0; which < 2; which++) {
            System.out.printf(COSTS, which == 0 ? "with a store" : "without a store", number(median(seconds[which]), 3),
                    number(median(seconds[which]) / median(seconds[1]), 2), number(median(resident[which]), 0),
                    number(median(heap[which]), 1));
        }
    }

    private AttackedApplication start(String label, boolean withStore) throws IOException {
        Map<String, String> environment = new HashMap<>(Parties.environment(lean.url()));
        environment.putAll(Map.of("LEAN_REQUESTS_PER_MINUTE", "1000000", "ACCESS_ANONYMOUS", "always"));
        if (withStore) {
            environment.put("STORE_URL", redis.url());
            environment.put("STORE_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        }
        return AttackedApplication.start(artifact, environment, Optional.of(FOLDER.resolve(label + ".log")), HEAP);
    }

    private String nextCustomer() {
        return customer(customers++);
    }

    private static String customer(int number) {
        return "customer.1b9d6bcd-bbfd-4b2d-9b5d-" + String.format(Locale.ROOT, "%012x", number);
    }

    /** @return the durations of requests one after the other on one connection, in nanoseconds */
    private static List<Long> repeat(AttackedApplication application, int requests, IntFunction<String> scopes) {
        List<Long> durations = new ArrayList<>(requests);
        try (KeptConnection connection = new KeptConnection(RawHttp.LOOPBACK, application.target().port())) {
            for (int i = 0; i < requests; i++) {
                String request = request(scopes.apply(i));
                long start = System.nanoTime();
                RawHttp.Response response = connection.send(request).response();
                durations.add(System.nanoTime() - start);
                if (response.status() != 200) {
                    throw new IllegalStateException(response.toString());
                }
            }
        }
        return durations;
    }

    private static String request(String scope) {
        String body = "{\"scope\":\"" + scope + "\"}";
        return "POST /v1/oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    /** @return the number of requests for the same token that several callers made */
    private static long crowd(AttackedApplication application) throws InterruptedException {
        AtomicLong requests = new AtomicLong();
        long end = System.nanoTime() + NANOS;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() < end) {
                    requests.addAndGet(repeat(application, 100, number -> "api").size());
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return requests.get();
    }

    private static void print(String label, List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(LATENCIES, label, millis(sorted, 0.5), millis(sorted, 0.99), millis(sorted, 0.999));
    }

    private static String millis(long[] sorted, double part) {
        return number(sorted[(int) Math.ceil(sorted.length * part) - 1] / 1e6, 2);
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
