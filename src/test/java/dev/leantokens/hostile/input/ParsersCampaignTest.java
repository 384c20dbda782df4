package dev.leantokens.hostile.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.leantokens.hostile.Campaign;
import dev.leantokens.hostile.input.ParserCorpus.Input;

/**
 * Looks for inputs that a parser mishandles, with a fuzzer that prefers those which reach new code. The fuzzer runs in a
 * separate process: its agent would instrument what other tests load, and JaCoCo has instrumented what is loaded here.
 */
class ParsersCampaignTest {

    private static final Path FOLDER = Path.of("target/hostile");

    /** The other half is for {@link MutatedInputsCampaignTest}. */
    static final int SECONDS = Campaign.seconds() / 2;

    /** Longer inputs are in the corpus. */
    private static final int MAX_LENGTH = 4096;
    /** For one input, and only to find endless loops. */
    private static final int MAX_SECONDS = 60;
    /** For its start and the kept inputs, on a busy machine. */
    private static final int START_SECONDS = 300;

    @Test
    void noInputBreaksAParser() throws Exception {
        String onlyCase = System.getProperty("hostile.case");
        if (onlyCase != null) {
            ParserFuzzer.fuzzerTestOneInput(Files.readAllBytes(Path.of(onlyCase)));
            return;
        }
        assumeTrue(ParsersCampaignTest.class.getResource("/com/code_intelligence/jazzer/driver/jazzer_driver_" + platform()
                + "/" + System.mapLibraryName("jazzer_driver")) != null, "the fuzzer is not available on " + platform());
        Path seeds = Files.createDirectories(FOLDER.resolve("seeds"));
        for (Input input : ParserCorpus.inputs()) {
            Files.write(seeds.resolve(input.parser() + "-" + input.name()),
                    ParserFuzzer.dataOf(input.parser(), input.content()));
        }
        Path found = Files.createTempDirectory(FOLDER, "found-");
        Path output = found.resolve("fuzzer.log");
        // Of 32 bits, and not 0, which means a seed of the fuzzer's own.
        long seed = Campaign.seed() & 0x7FFFFFFF | 1;
        System.out.printf("parsers: -Dhostile.seed=%d, %d s%n", seed, SECONDS);

        Process fuzzer = new ProcessBuilder(command(found, seeds, seed)).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        boolean ended;
        try {
            ended = fuzzer.waitFor(SECONDS + START_SECONDS, TimeUnit.SECONDS);
        } finally {
            fuzzer.destroyForcibly();
        }

        String log = Files.readString(output, StandardCharsets.ISO_8859_1);
        assertThat(ended).as("the fuzzer ends").isTrue();
        assertThat(fuzzer.exitValue()).as(() -> report(found, log)).isZero();
        assertThat(log).contains("\tDONE ");
        System.out.println("parsers: " + log.lines().filter(line -> line.contains("\tDONE ")).findFirst().orElseThrow());
    }

    private static String platform() {
        String name = System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT);
        return (name.startsWith("mac") ? "macos" : name.startsWith("windows") ? "windows" : name) + "_"
                + System.getProperty("os.arch").replace("amd64", "x86_64");
    }

    private static List<String> command(Path found, Path seeds, long seed) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+EnableDynamicAgentLoading",
                "-XX:-OmitStackTraceInFastThrow",
                "-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + ParserFuzzer.class.getName(), "--instrumentation_includes=dev.leantokens.**",
                "--reproducer_path=" + found, "-artifact_prefix=" + found + "/", "-max_total_time=" + SECONDS,
                "-seed=" + seed, "-timeout=" + MAX_SECONDS, "-max_len=" + MAX_LENGTH, "-rss_limit_mb=0",
                found.toString(), seeds.toString());
    }

    /** @return what the fuzzer has found, and where to keep it */
    private static String report(Path found, String log) {
        int start = Math.max(0, log.indexOf("== Java Exception"));
        String inputs = "";
        try (Stream<Path> files = Files.list(found)) {
            for (Path file : files.filter(each -> each.getFileName().toString().matches("(crash|timeout|oom)-.*")).toList()) {
                byte[] data = Files.readAllBytes(file);
                Path kept = ParserCorpus.FOLDER.resolve(ParserFuzzer.parserOf(data).getKey()).resolve("<name>");
                inputs += "repeat it alone with -Dhostile.case=%s and keep it without its first byte as %s: %s%n".formatted(
                        file,
                        kept, shown(data));
            }
        } catch (IOException e) {
            inputs = e.toString();
        }
        return inputs + log.substring(start);
    }

    private static String shown(byte[] data) {
        byte[] input = Arrays.copyOfRange(data, 1, data.length);
        return HexFormat.of().formatHex(input) + " = " + new String(input, StandardCharsets.UTF_8);
    }
}
