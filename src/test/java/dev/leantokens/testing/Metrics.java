package dev.leantokens.testing;

import static io.restassured.RestAssured.given;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The samples of {@code /q/metrics} at one time, read from the text format of Prometheus. */
public final class Metrics {

    private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)})? (\\S+)( .*)?$");

    private final List<Sample> samples;

    /**
     * @param name the time series, such as {@code token_requests_total}
     * @param labels such as {@code adapter="rest",outcome="hit"}
     */
    public record Sample(String name, String labels, double value) {

        private static Stream<Sample> of(String line) {
            Matcher sample = SAMPLE.matcher(line);
            return sample.matches()
                    ? Stream.of(new Sample(sample.group(1), sample.group(3) == null ? "" : sample.group(3),
                            Double.parseDouble(sample.group(4))))
                    : Stream.empty();
        }

        private boolean has(String... wanted) {
            return Stream.of(wanted).allMatch(label -> labels.matches("(.*,)?" + Pattern.quote(label) + "(,.*)?"));
        }
    }

    private Metrics(List<Sample> samples) {
        this.samples = samples;
    }

    /** Requests the metrics of the tested application. */
    public static Metrics scrape() {
        return of(given().accept("text/plain").get("/q/metrics").then().statusCode(200).extract().asString());
    }

    public static Metrics of(String text) {
        return new Metrics(text.lines().flatMap(Sample::of).toList());
    }

    public List<Sample> samples() {
        return samples;
    }

    /**
     * @return the sum of the samples with this name and these labels, each such as {@code adapter="rest"}; 0 without samples
     */
    public double sum(String name, String... labels) {
        return samples.stream().filter(sample -> sample.name().equals(name) && sample.has(labels)).mapToDouble(Sample::value)
                .sum();
    }

    /** @return the only sample with this name and these labels */
    public double value(String name, String... labels) {
        List<Sample> found = samples.stream().filter(sample -> sample.name().equals(name) && sample.has(labels)).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " samples of " + name + " with " + List.of(labels));
        }
        return found.get(0).value();
    }
}
