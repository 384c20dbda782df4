package dev.leantokens.access;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures the lookup of a local client, which takes the same time for unknown ones and any number of clients. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class LocalClientsBenchmark {

    /** As long as a generated secret. */
    private static final String SECRET = "Q-ikSOgXFx3z6fjg6wptV__54JMy9cw2utY25i_W";

    @Param({ "2", "1000", "10000" })
    public int clients;

    private LocalClients known;

    @Setup
    public void fill() {
        known = new LocalClients(IntStream.range(0, clients)
                .mapToObj(i -> LocalClient.of("client-" + i, List.of(SECRET + i), Optional.empty(), List.of("api"),
                        Optional.empty()))
                .toList());
    }

    @Benchmark
    public Optional<LocalClient> rightSecret() {
        return known.find("client-0", SECRET + 0);
    }

    @Benchmark
    public Optional<LocalClient> wrongSecret() {
        return known.find("client-0", SECRET + "x");
    }

    @Benchmark
    public Optional<LocalClient> unknownId() {
        return known.find("unknown", SECRET + "x");
    }
}
