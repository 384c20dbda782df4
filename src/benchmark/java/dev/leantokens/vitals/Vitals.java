package dev.leantokens.vitals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The resources that a process uses, read from {@code /proc}.
 *
 * @param heapKiB heap in use after a garbage collection; 0 if the process is not a JVM or does not answer
 * @param residentKiB resident memory
 * @param files open files, including connections
 */
public record Vitals(long heapKiB, long residentKiB, int files, int threads) {

    private static final Path JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** jcmd prints one such line per generation of the heap, for all collectors; the line of the metaspace has no total. */
    private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    /** Unit of the processor times in {@code /proc/<pid>/stat}: 10 ms, independent of the kernel's ticks. */
    private static final long TICK_MILLIS = 10;
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    /** Measures a process, a JVM after a garbage collection. */
    public static Vitals of(Process process) throws IOException {
        jcmd(process, "GC.run");
        long heap = USED.matcher(jcmd(process, "GC.heap_info")).results().map(MatchResult::group)
                .mapToLong(line -> Long.parseLong(line.replaceAll(".* (\\d+)K", "$1"))).sum();
        return new Vitals(heap, residentKiB(process), entries(process, "fd"), entries(process, "task"));
    }

    /** @return 0 if the process has ended */
    public static long residentKiB(Process process) throws IOException {
        return process.isAlive()
                ? RESIDENT.matcher(Files.readString(file(process, "status"))).results()
                        .mapToLong(result -> Long.parseLong(result.group(1))).sum()
                : 0;
    }

    /** @return the processor time of the process; zero if it has ended */
    public static Duration processorTime(Process process) throws IOException {
        if (!process.isAlive()) {
            return Duration.ZERO;
        }
        String stat = Files.readString(file(process, "stat"));
        // The preceding name may contain spaces.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Duration
                .ofMillis((Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) * TICK_MILLIS);
    }

    /** Does not wait for a JVM that is out of memory or hangs. */
    private static String jcmd(Process process, String command) throws IOException {
        if (!process.info().command().orElse("").endsWith("java")) {
            return "";
        }
        Path output = Files.createTempFile("jcmd", ".txt");
        try {
            Process jcmd = new ProcessBuilder(JCMD.toString(), Long.toString(process.pid()), command)
                    .redirectErrorStream(true).redirectOutput(output.toFile()).start();
            if (!jcmd.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                jcmd.destroyForcibly();
            }
            return Files.readString(output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        } finally {
            Files.delete(output);
        }
    }

    private static int entries(Process process, String folder) throws IOException {
        if (!process.isAlive()) {
            return 0;
        }
        try (Stream<Path> entries = Files.list(file(process, folder))) {
            return (int) entries.count();
        }
    }

    private static Path file(Process process, String name) {
        return Path.of("/proc", Long.toString(process.pid()), name);
    }
}
