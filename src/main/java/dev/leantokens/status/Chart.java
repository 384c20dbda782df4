package dev.leantokens.status;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import dev.leantokens.status.Status.Latency;
import dev.leantokens.status.Status.Slot;
import dev.leantokens.status.Status.Traffic;

/**
 * A chart of the recent traffic: what SVG needs, and what it says in words.
 *
 * @param id of its elements
 * @param summary what it shows, in a few words; that it shows nothing if it has no lines
 * @param viewBox its coordinates
 * @param zero the path of a line at 0, for bars; empty for curves
 * @param top what the height of the chart means
 * @param lines empty without traffic
 */
record Chart(String id, String title, String summary, String viewBox, String zero, String top, List<Line> lines) {

    /**
     * Values of one kind.
     *
     * @param css the class of its color: {@code one} to {@code four}
     * @param name with what it sums up to
     * @param bars whether the path is to be filled
     */
    record Line(String css, String name, String path, boolean bars) {
    }

    private static final String NOTHING = "";

    static List<Chart> of(Traffic traffic) {
        return List.of(requests(traffic), calls(traffic),
                latency("request-time", "Response time", "requests", traffic, Slot::requestLatency),
                latency("call-time", "Lean's response time", "calls to Lean", traffic, Slot::callLatency));
    }

    private static Chart requests(Traffic traffic) {
        Slot total = traffic.total();
        double[] hits = values(traffic, Slot::hits);
        double[] others = values(traffic, Slot::others);
        double[] errors = values(traffic, Slot::errors);
        Plot plot = Plot.of(greatest(traffic, slot -> slot.hits() + slot.others()), greatest(traffic, Slot::errors));
        String summary = Formats.count(total.requests(), "request", "requests")
                + (total.hits() + total.others() == 0 ? ""
                        : ", " + Formats.percent(total.hits(), total.requests()) + " % from the cache")
                + ", " + Formats.count(total.errors(), "error", "errors");
        return new Chart("requests", "Requests for tokens",
                total.requests() == 0 ? "No requests in the last 15 minutes" : summary,
                Plot.viewBox(hits.length), plot.zeroLine(), "up to " + Formats.count(
                        (long) greatest(traffic, Slot::requests)) + per(traffic),
                total.requests() == 0 ? List.of()
                        : List.of(
                                new Line("one", "From the cache: " + Formats.count(total.hits()),
                                        plot.barsUp(hits, new double[hits.length]), true),
                                new Line("two", "Otherwise: " + Formats.count(total.others()), plot.barsUp(others, hits), true),
                                new Line("three", "Errors (below): " + Formats.count(total.errors()), plot.barsDown(errors),
                                        true)));
    }

    private static Chart calls(Traffic traffic) {
        Slot total = traffic.total();
        ToLongFunction<Slot> succeeded = slot -> slot.calls() - slot.failedCalls();
        Plot plot = Plot.of(greatest(traffic, succeeded), greatest(traffic, Slot::failedCalls));
        double[] successes = values(traffic, succeeded);
        return new Chart("calls", "Calls to Lean",
                total.calls() == 0 ? "No calls in the last 15 minutes"
                        : Formats.count(total.calls(), "call", "calls") + ", " + Formats.count(total.failedCalls()) + " failed",
                Plot.viewBox(successes.length), plot.zeroLine(),
                "up to " + Formats.count((long) greatest(traffic, Slot::calls)) + per(traffic),
                total.calls() == 0 ? List.of()
                        : List.of(
                                new Line("two", "Brought a token: " + Formats.count(succeeded.applyAsLong(total)),
                                        plot.barsUp(successes, new double[successes.length]), true),
                                new Line("three", "Failed (below): " + Formats.count(total.failedCalls()),
                                        plot.barsDown(values(traffic, Slot::failedCalls)), true)));
    }

    private static Chart latency(String id, String title, String what, Traffic traffic,
            Function<Slot, Optional<Latency>> latencies) {
        List<Optional<Latency>> slots = traffic.slots().stream().map(latencies).toList();
        List<Duration> medians = slots.stream().flatMap(Optional::stream).map(Latency::median).sorted().toList();
        String viewBox = Plot.viewBox(slots.size());
        if (medians.isEmpty()) {
            return new Chart(id, title, "No " + what + " in the last 15 minutes", viewBox, NOTHING, NOTHING, List.of());
        }
        Duration longest = slots.stream().flatMap(Optional::stream).map(Latency::p99).max(Duration::compareTo).orElseThrow();
        Curve curve = new Curve(medians.get(0), longest);
        return new Chart(id, title,
                "Median of " + what + " " + Formats.latency(medians.get(medians.size() / 2)) + ", 99th percentile up to "
                        + Formats.latency(longest),
                viewBox, NOTHING, Formats.latency(medians.get(0)) + " to " + Formats.latency(longest) + ", logarithmic",
                List.of(new Line("one", "Median", curve.path(durations(slots, Latency::median)), false),
                        new Line("four", "99th percentile", curve.path(durations(slots, Latency::p99)), false)));
    }

    private static List<Optional<Duration>> durations(List<Optional<Latency>> slots, Function<Latency, Duration> value) {
        return slots.stream().map(latency -> latency.map(value)).toList();
    }

    private static double[] values(Traffic traffic, ToLongFunction<Slot> value) {
        ToDoubleFunction<Slot> asDouble = value::applyAsLong;
        return traffic.slots().stream().mapToDouble(asDouble).toArray();
    }

    private static double greatest(Traffic traffic, ToLongFunction<Slot> value) {
        return traffic.slots().stream().mapToLong(value).max().orElse(0);
    }

    private static String per(Traffic traffic) {
        return " in " + Formats.duration(traffic.slot());
    }
}
