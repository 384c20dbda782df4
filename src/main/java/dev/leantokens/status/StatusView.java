package dev.leantokens.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.leantokens.error.Origin;
import dev.leantokens.error.RecentError;
import dev.leantokens.status.Formats.Time;
import dev.leantokens.status.Status.Issuers;
import dev.leantokens.status.Status.Latency;
import dev.leantokens.status.Status.Lean;
import dev.leantokens.status.Status.Slot;
import dev.leantokens.store.StoreHealth;
import dev.leantokens.token.CachedTokens;

/**
 * A {@link Status} in words and figures, as the template places them. All words are those of this service and its settings.
 *
 * @param budget empty without Lean credentials of the service
 * @param minutes the recent traffic by minute, the latest first
 */
record StatusView(Time at, Headline headline, List<Tile> tiles, Budget budget, List<Chart> charts, List<Minute> minutes,
        List<TokenRow> tokens, List<ErrorRow> errors, List<Fact> facts) {

    static StatusView of(Status status) {
        Instant at = status.at();
        return new StatusView(Formats.time(at, at), Headline.of(status), Tile.of(status), Budget.of(status.lean()),
                Chart.of(status.traffic()), Minute.of(status.traffic().slots()),
                status.tokens().stream().map(tokens -> TokenRow.of(tokens, at)).toList(),
                status.errors().stream().map(error -> ErrorRow.of(error, at)).toList(), facts(status));
    }

    /**
     * The calls to Lean that are left.
     *
     * @param left without a limit, -1
     */
    record Budget(Level level, long left, int limit) {

        static Budget of(Lean lean) {
            long left = Math.min(lean.callsLeft().orElse(-1), lean.callsPerMinute());
            // A sixth, as the recommended alert.
            Level level = left < 0 ? Level.OFF
                    : left == 0 ? Level.BAD : left * 6 < lean.callsPerMinute() ? Level.WARN : Level.GOOD;
            return new Budget(level, left, lean.callsPerMinute());
        }

        public boolean known() {
            return left >= 0;
        }

        public String text() {
            return known() ? left + " of " + limit + " calls per minute are left" : "The service has no Lean credentials";
        }
    }

    /**
     * The traffic of a minute.
     *
     * @param requestTime the greatest 99th percentile of its slots; {@code –} without one
     * @param callTime the same for calls to Lean
     */
    record Minute(Time start, String hits, String others, String errors, String calls, String failedCalls, String requestTime,
            String callTime) {

        static List<Minute> of(List<Slot> slots) {
            List<Minute> minutes = new ArrayList<>();
            int end = slots.size();
            while (end > 0) {
                String minute = Formats.minute(slots.get(end - 1).start()).machine();
                int start = end - 1;
                while (start > 0 && Formats.minute(slots.get(start - 1).start()).machine().equals(minute)) {
                    start--;
                }
                minutes.add(ofOne(slots.subList(start, end)));
                end = start;
            }
            return minutes;
        }

        private static Minute ofOne(List<Slot> slots) {
            return new Minute(Formats.minute(slots.get(0).start()),
                    Formats.count(slots.stream().mapToLong(Slot::hits).sum()),
                    Formats.count(slots.stream().mapToLong(Slot::others).sum()),
                    Formats.count(slots.stream().mapToLong(Slot::errors).sum()),
                    Formats.count(slots.stream().mapToLong(Slot::calls).sum()),
                    Formats.count(slots.stream().mapToLong(Slot::failedCalls).sum()),
                    slowest(slots.stream().map(Slot::requestLatency).flatMap(Optional::stream).toList()),
                    slowest(slots.stream().map(Slot::callLatency).flatMap(Optional::stream).toList()));
        }

        private static String slowest(List<Latency> latencies) {
            return latencies.stream().map(Latency::p99).max(Duration::compareTo).map(Formats::latency).orElse("–");
        }
    }

    /**
     * Cached tokens of one kind.
     *
     * @param kind in words
     * @param left until the first one expires
     */
    record TokenRow(String kind, String count, Time expiry, String left) {

        static TokenRow of(CachedTokens tokens, Instant now) {
            String kind = switch (tokens.kind()) {
                case API -> "api";
                case CUSTOMER -> "customer";
                case OTHER -> "other scopes";
            };
            boolean expired = !tokens.earliestExpiry().isAfter(now);
            return new TokenRow(kind, Formats.count(tokens.count()), Formats.time(tokens.earliestExpiry(), now),
                    expired ? "expired" : "in " + Formats.duration(Duration.between(now, tokens.earliestExpiry())));
        }
    }

    /**
     * A kind of error.
     *
     * @param reason as the log and the documentation name it, in pieces between which a line may break
     * @param from where the requests came from
     */
    record ErrorRow(Time last, List<String> reason, int status, String from, String count) {

        static ErrorRow of(RecentError error, Instant now) {
            return new ErrorRow(Formats.time(error.last(), now), List.of(error.error().name().split("(?<=_)")),
                    error.error().status(),
                    from(error.origin()), Formats.count(error.count()));
        }

        private static String from(Origin origin) {
            return switch (origin) {
                case REST, MCP, HTTP -> origin.name();
                case BACKGROUND, PREFETCH -> origin.name().charAt(0) + origin.name().substring(1).toLowerCase(Locale.ROOT);
            };
        }
    }

    /**
     * A fact about the process.
     *
     * @param before what is said before the time
     * @param after what is said after the time
     */
    record Fact(String name, String before, Optional<Time> time, String after) {

        private static Fact of(String name, String text) {
            return new Fact(name, text, Optional.empty(), "");
        }
    }

    private static List<Fact> facts(Status status) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Environment of Lean", environment(status.service().environment())));
        facts.add(Fact.of("Version", status.service().version()));
        facts.add(new Fact("Running since", "", Optional.of(Formats.time(status.service().since(), status.at())),
                ", for " + Formats.duration(status.uptime())));
        facts.add(status.fleet().map(fleet -> fleet(fleet, status.at())).orElse(Fact.of("Replicas", "one, without a store")));
        facts.add(status.issuers().map(StatusView::issuers).orElse(Fact.of("Trusted issuers", "none")));
        status.certificates().forEach(certificate -> facts.add(Fact.of("Certificate " + Tile.nameOf(certificate),
                certificate.validity().isNegative() ? "expired" : "valid for " + Formats.duration(certificate.validity()))));
        return facts;
    }

    private static String environment(String configured) {
        return configured.equals("LEAN_URL") ? "another, as set by LEAN_URL" : configured;
    }

    private static Fact fleet(StoreHealth.State fleet, Instant now) {
        Optional<Time> since = Optional.of(Formats.time(fleet.since(), now));
        return fleet.reason().isPresent()
                ? new Fact("Replicas", "Redis is unavailable since ", since, "; " + fleet.replicas() + " before")
                : new Fact("Replicas", fleet.replicas() + ", by Redis, available since ", since, "");
    }

    private static Fact issuers(Issuers issuers) {
        return Fact.of("Trusted issuers", issuers.trusted()
                + (issuers.withoutKeys() > 0 ? ", " + issuers.withoutKeys() + " without keys" : "")
                + (issuers.unavailable() > 0 ? ", " + issuers.unavailable() + " unavailable" : ""));
    }
}
