package dev.leantokens.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

import dev.leantokens.audit.AuditState;
import dev.leantokens.error.Origin;
import dev.leantokens.error.RecentError;
import dev.leantokens.error.TokenError;
import dev.leantokens.lean.LeanVerdict.Opinion;
import dev.leantokens.status.Status.Certificate;
import dev.leantokens.status.Status.Check;
import dev.leantokens.status.Status.Issuers;
import dev.leantokens.status.Status.Latency;
import dev.leantokens.status.Status.Lean;
import dev.leantokens.status.Status.Reachability;
import dev.leantokens.status.Status.Readiness;
import dev.leantokens.status.Status.Service;
import dev.leantokens.status.Status.Slot;
import dev.leantokens.status.Status.Traffic;
import dev.leantokens.store.StoreHealth;
import dev.leantokens.token.CachedTokens;
import dev.leantokens.token.CachedTokens.Kind;
import io.smallrye.faulttolerance.api.CircuitBreakerState;

/** Statuses to render: always the same. */
final class SampleStatus {

    static final Instant AT = Instant.parse("2026-11-27T12:00:07Z");

    private SampleStatus() {
    }

    /** A replica of a fleet with an hour of traffic and a few errors. */
    static Status busy() {
        return new Status(AT, new Service("sandbox-uae", false, "1.0.0", AT.minus(Duration.ofHours(75))),
                new Readiness(List.of()),
                new Lean(Reachability.REACHABLE, Optional.of("Lean answered the request for its metadata with status 200"),
                        Opinion.ACCEPTED, Optional.empty(), OptionalLong.of(42), 60, CircuitBreakerState.CLOSED,
                        CircuitBreakerState.CLOSED),
                traffic(60),
                List.of(new CachedTokens(Kind.API, 3, AT.plus(Duration.ofMinutes(12))),
                        new CachedTokens(Kind.CUSTOMER, 1204, AT.plusSeconds(95))),
                List.of(new RecentError(Origin.REST, TokenError.CALLER_REFUSED, 17, AT.minusSeconds(40)),
                        new RecentError(Origin.MCP, TokenError.INVALID_SCOPE, 2, AT.minus(Duration.ofMinutes(9))),
                        new RecentError(Origin.BACKGROUND, TokenError.LEAN_TIMED_OUT, 1, AT.minus(Duration.ofHours(2)))),
                Optional.of(new StoreHealth.State(Optional.empty(), AT.minus(Duration.ofHours(75)), 3, 0)),
                Optional.of(new Issuers(2, 0, 0)),
                List.of(new Certificate("callers", Duration.ofDays(62)), new Certificate("lean", Duration.ofDays(340))),
                AuditState.UNDISTURBED);
    }

    /** A service that has just started without a store, an issuer, certificates or traffic. */
    static Status fresh() {
        return new Status(AT, new Service("stand-in", true, "1.0.0", AT.minusSeconds(4)), new Readiness(List.of()),
                new Lean(Reachability.UNKNOWN, Optional.empty(), Opinion.UNKNOWN, Optional.empty(), OptionalLong.of(60), 60,
                        CircuitBreakerState.CLOSED, CircuitBreakerState.CLOSED),
                new Traffic(TrafficHistory.SLOT, List.of(Slot.empty(AT.minusSeconds(4)))), List.of(), List.of(),
                Optional.empty(), Optional.empty(), List.of(), AuditState.UNDISTURBED);
    }

    /** A service that needs an operator in every respect. */
    static Status failing() {
        return new Status(AT, new Service("production-uae", false, "1.0.0", AT.minus(Duration.ofMinutes(7))),
                new Readiness(List.of(new Check("lean-credentials",
                        List.of("service: missing: set LEAN_CLIENT_ID and its secret or key")))),
                new Lean(Reachability.UNREACHABLE, Optional.of("Lean could not be reached: connection refused"),
                        Opinion.REFUSED,
                        Optional.of(
                                "Lean refused the credentials of this service. They probably belong to another environment: "
                                        + "LEAN_ENVIRONMENT is production-uae. The operator of this service must correct that "
                                        + "setting, or LEAN_CLIENT_ID and its secret or key"),
                        OptionalLong.empty(), 60, CircuitBreakerState.OPEN, CircuitBreakerState.HALF_OPEN),
                traffic(28),
                List.of(new CachedTokens(Kind.OTHER, 1, AT.minusSeconds(1))),
                manyErrors(),
                Optional.of(new StoreHealth.State(Optional.of("Redis refuses the connection"), AT.minus(Duration.ofMinutes(3)),
                        2, 1)),
                Optional.of(new Issuers(2, 2, 1)),
                List.of(new Certificate("callers", Duration.ofHours(-3)), new Certificate("lean", Duration.ofDays(5))),
                AuditState.LINES_LOST);
    }

    private static List<RecentError> manyErrors() {
        List<RecentError> errors = new ArrayList<>();
        for (TokenError error : List.of(TokenError.values()).subList(0, 20)) {
            errors.add(new RecentError(Origin.REST, error, 1L << errors.size(), AT.minusSeconds(errors.size() * 31L)));
        }
        return errors;
    }

    private static Traffic traffic(int slots) {
        List<Slot> all = new ArrayList<>();
        Instant start = AT.minusSeconds(7).minus(TrafficHistory.SLOT.multipliedBy(slots - 1));
        for (int i = 0; i < slots; i++) {
            long hits = i % 10 == 3 ? 0 : 40 + 35 * i * (slots - i) / slots / slots * 4 + i * 7 % 11;
            long calls = i % 4 == 1 ? 2 : 0;
            long failed = i > slots - 6 ? 1 : 0;
            all.add(new Slot(start.plus(TrafficHistory.SLOT.multipliedBy(i)), hits, calls, i % 9 == 4 ? 3 : failed,
                    calls + failed, failed,
                    hits + calls == 0 ? Optional.empty()
                            : Optional.of(new Latency(Duration.ofNanos(510_000), Duration.ofMillis(calls == 0 ? 1 : 220))),
                    calls + failed == 0 ? Optional.empty()
                            : Optional.of(new Latency(Duration.ofMillis(75 + i), Duration.ofMillis(220 + i)))));
        }
        return new Traffic(TrafficHistory.SLOT, all);
    }
}
