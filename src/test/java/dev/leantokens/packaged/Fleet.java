package dev.leantokens.packaged;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RedisServer;

/** Several processes of the packaged application that share one Redis, and a stub of Lean. */
final class Fleet implements AutoCloseable {

    /** Small, as several of them share a machine. */
    private static final List<String> OPTIONS = List.of("-Xmx64m");

    private final LeanStub lean;
    private final Map<String, String> environment;
    private final List<PackagedApplication> replicas = new ArrayList<>();

    private Fleet(LeanStub lean, Map<String, String> environment) {
        this.lean = lean;
        this.environment = environment;
    }

    /** @param namesAndValues further variables of all replicas, each name followed by its value */
    static Fleet with(RedisServer redis, LeanStub lean, String... namesAndValues) {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        Fleet fleet = withoutStore(lean, namesAndValues);
        fleet.environment.putIfAbsent("STORE_KEY", Base64.getEncoder().encodeToString(key));
        fleet.environment.putIfAbsent("STORE_URL", redis.url());
        // Only tests of a faulty Redis need the default. On a busy machine, Redis can take longer.
        fleet.environment.putIfAbsent("STORE_TIMEOUT", "1s");
        return fleet;
    }

    static Fleet withoutStore(LeanStub lean, String... namesAndValues) {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url()));
        environment.putAll(pairs(namesAndValues));
        return new Fleet(lean, environment);
    }

    private static Map<String, String> pairs(String... namesAndValues) {
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            pairs.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return pairs;
    }

    /** Starts further replicas at once, and waits until all of them listen. */
    Fleet start(int number, String... namesAndValues) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(pairs(namesAndValues));
        for (int i = 0; i < number; i++) {
            replicas.add(PackagedApplication.launchWith(OPTIONS, all));
        }
        awaitUp();
        return this;
    }

    /** Waits until all replicas listen. */
    void awaitUp() {
        replicas.forEach(PackagedApplication::untilUp);
    }

    /** Starts further replicas at once, without waiting for them. */
    Fleet launch(int number) {
        for (int i = 0; i < number; i++) {
            replicas.add(PackagedApplication.launchWith(OPTIONS, environment));
        }
        return this;
    }

    /** Runs a command with the variables of the replicas. */
    PackagedApplication.Output run(String... arguments) {
        return PackagedApplication.run(environment, arguments);
    }

    PackagedApplication replica(int index) {
        return replicas.get(index);
    }

    List<PackagedApplication> replicas() {
        return replicas;
    }

    List<Integer> ports() {
        return replicas.stream().map(PackagedApplication::port).toList();
    }

    LeanStub lean() {
        return lean;
    }

    /** @return what all replicas have logged */
    String logs() {
        StringBuilder logs = new StringBuilder();
        replicas.forEach(replica -> logs.append(replica.log()));
        return logs.toString();
    }

    /** @return each replica's metrics of the store */
    String metrics() {
        StringBuilder metrics = new StringBuilder();
        for (PackagedApplication replica : replicas) {
            metrics.append("replica at ").append(replica.port()).append('\n');
            RawHttp.send(RawHttp.LOOPBACK, replica.port(),
                    "GET /q/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").body().lines()
                    .filter(line -> line.startsWith("store_") && !line.endsWith(" 0.0"))
                    .forEach(line -> metrics.append(line).append('\n'));
        }
        return metrics.toString();
    }

    @Override
    public void close() {
        replicas.forEach(PackagedApplication::close);
    }
}
