package dev.leantokens.attacks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
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
import java.util.logging.Level;
import java.util.logging.Logger;

import dev.leantokens.vitals.Vitals;

/**
 * Runs each attack against the packaged application, in a separate process, together with ordinary callers, and prints their
 * results beside those of a run without an attack. Exits with a code other than 0 if an attack affected them.
 */
public final class AttackBenchmark {

    private static final Path FOLDER = Path.of("target", "attacks");
    private static final String CACHE = "4M";
    private static final String HEAP = "-Xmx64m";
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration RECOVERY = Duration.ofSeconds(10);
    /** Long enough for a local client to stay within its share of the budget, however many others there are. */
    private static final Duration BETWEEN_MISSES = Duration.ofSeconds(7);
    private static final long SAMPLE_MILLIS = 100;

    /** Tolerated growth of the heap: newly cached tokens and pooled buffers. */
    private static final long TOLERATED_KIB = 8 * 1024;
    private static final double MAX_P99_MILLIS = 250;

    private static final String FORMAT = "| %-25s | %8s | %7s | %7s | %6s | %8s | %8s | %8s | %5s | %13s | %17s | %4s | %s |%n";

    private final Path artifact;
    private final Duration duration;
    private final List<String> wrong = new ArrayList<>();

    private AttackBenchmark(Path artifact, Duration duration) {
        this.artifact = artifact;
        this.duration = duration;
    }

    public static void main(String[] arguments) throws Exception {
        // The application's log manager is on the class path and would buffer all that the clients log.
        Logger.getLogger("").setLevel(Level.OFF);
        AttackBenchmark benchmark = new AttackBenchmark(Path.of(System.getProperty("attacks.artifact")),
                Duration.ofSeconds(Integer.getInteger("attacks.seconds", 30)));
        System.exit(benchmark.run(System.getProperty("attacks.only", "")) ? 0 : 1);
    }

    private boolean run(String only) throws Exception {
        Files.createDirectories(FOLDER);
        List<Kind> kinds = only.isBlank() ? List.of(Kind.values())
                : Arrays.stream(only.split(",")).map(name -> Kind.valueOf(name.strip().toUpperCase(Locale.ROOT))).toList();
        System.out.printf("%s, %s s each, %s cores%n", artifact, duration.toSeconds(),
                Runtime.getRuntime().availableProcessors());
        System.out.printf(FORMAT, "attack", "sent/s", "conns", "answers", "failed", "p50 ms", "p99 ms", "miss ms", "CPU",
                "heap MiB", "resident MiB", "load", "attacker got");
        System.out.printf(FORMAT, "---", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:", "---:",
                "---:", "---");
        measure("no attack", Map.of(), false, attacker -> {
        });
        for (Kind kind : kinds) {
            measure(label(kind), kind.settings(FOLDER), kind.stallsLog(), kind.attack());
        }
        System.out.println(wrong.isEmpty() ? "No attack affected the other callers."
                : "AFFECTED:\n" + String.join("\n", wrong));
        return wrong.isEmpty();
    }

    private static String label(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void measure(String label, Map<String, String> settings, boolean stalledLog, Attack attack) throws Exception {
        try (PickyLean lean = new PickyLean()) {
            Map<String, String> environment = new HashMap<>(Parties.environment(lean.url()));
            environment.put("CACHE_MAX_SIZE", CACHE);
            environment.putAll(settings);
            Optional<Path> log = stalledLog ? Optional.empty() : Optional.of(FOLDER.resolve(label.replace(' ', '-') + ".log"));
            try (AttackedApplication application = AttackedApplication.start(artifact, environment, log, HEAP);
                    OrdinaryCallers callers = new OrdinaryCallers(application.target())) {
                callers.connect();
                callers.missFrom(attack instanceof OrdinaryCallers.Supply supply ? supply : OrdinaryCallers.Supply.NONE);
                callers.start();
                TimeUnit.MILLISECONDS.sleep(WARM_UP.toMillis());
                Vitals before = application.vitals();
                callers.cut();
                Duration processor = application.processorTime();
                Attacker attacker = new Attacker(application.target());
                attack.start(attacker);
                long end = System.nanoTime() + duration.toNanos();
                long peak = 0;
                while (System.nanoTime() < end) {
                    peak = Math.max(peak,
                            sampleUntil(Math.min(end, System.nanoTime() + BETWEEN_MISSES.toNanos()), application));
                    callers.miss();
                }
                processor = application.processorTime().minus(processor);
                double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
                Report report = callers.cut();
                attacker.close();
                peak = Math.max(peak, sampleUntil(System.nanoTime() + RECOVERY.toNanos(), application));
                Vitals after = application.vitals();
                row(label, attacker.outcomes(), report, before, after, peak, processor, load);
                if (!application.isAlive()) {
                    wrong.add(label + ": the application has ended");
                }
            }
        }
    }

    private static long sampleUntil(long end, AttackedApplication application) throws IOException, InterruptedException {
        long peak = 0;
        while (System.nanoTime() < end) {
            peak = Math.max(peak, application.residentKiB());
            TimeUnit.MILLISECONDS.sleep(SAMPLE_MILLIS);
        }
        return peak;
    }

    private void row(String label, Outcomes outcomes, Report report, Vitals before, Vitals after, long peak,
            Duration processor, double load) {
        double p99 = report.cachedMillis(0.99);
        System.out.printf(Locale.ROOT, FORMAT, label, outcomes.requests() / duration.toSeconds(), outcomes.connections(),
                report.requests(), report.failed(), millis(report.cachedMillis(0.5)), millis(p99),
                millis(report.missedMillis(1)), processor.toMillis() * 100 / duration.toMillis() + "%",
                mib(before.heapKiB()) + " " + mib(after.heapKiB()),
                mib(before.residentKiB()) + " " + mib(peak) + " " + mib(after.residentKiB()),
                Math.round(load), outcomes.counts());
        if (report.failed() > 0) {
            report.failures().forEach(System.out::println);
            wrong.add(label + ": " + report.failed() + " of " + report.requests() + " failed");
        }
        if (p99 > MAX_P99_MILLIS) {
            wrong.add(label + ": the 99th percentile is " + millis(p99) + " ms");
        }
        if (after.heapKiB() > before.heapKiB() + TOLERATED_KIB) {
            wrong.add(
                    label + ": the heap is at " + mib(after.heapKiB()) + " MiB, before the attack at " + mib(before.heapKiB()));
        }
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.1f", millis);
    }

    private static String mib(long kib) {
        return Long.toString(Math.round(kib / 1024.0));
    }
}
