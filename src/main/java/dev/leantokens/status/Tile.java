package dev.leantokens.status;

import java.time.Duration;
import java.util.List;

import dev.leantokens.status.Status.Certificate;
import dev.leantokens.status.Status.Lean;
import io.smallrye.faulttolerance.api.CircuitBreakerState;

/**
 * One state among the first that an operator looks at.
 *
 * @param detail can be empty
 */
record Tile(Level level, String name, String state, String detail) {

    /** As the recommended alert. */
    private static final Duration SOON = Duration.ofDays(14);

    static List<Tile> of(Status status) {
        Lean lean = status.lean();
        return List.of(service(status), reachability(lean), credentials(lean), breaker(lean));
    }

    private static Tile service(Status status) {
        return status.readiness().ready()
                ? new Tile(Level.GOOD, "Service", "Ready", "Running for " + Formats.duration(status.uptime()))
                : new Tile(Level.BAD, "Service", "Not ready", "Callers should not send requests here");
    }

    private static Tile reachability(Lean lean) {
        String reason = lean.reason().orElse("");
        return switch (lean.reachability()) {
            case REACHABLE -> new Tile(Level.GOOD, "Lean", "Reachable", reason);
            case UNREACHABLE -> new Tile(Level.BAD, "Lean", "Unreachable", reason);
            case UNKNOWN -> new Tile(Level.OFF, "Lean", "Not known yet", "The first request takes long");
        };
    }

    private static Tile credentials(Lean lean) {
        String name = "The service's credentials";
        return switch (lean.credentials()) {
            case ACCEPTED -> new Tile(Level.GOOD, name, "Accepted by Lean", "As of the last call for a token");
            case REFUSED -> new Tile(Level.BAD, name, "Refused by Lean", "As of the last call for a token");
            case UNKNOWN -> new Tile(Level.OFF, name, lean.callsLeft().isPresent() ? "Not used yet" : "Not configured",
                    lean.callsLeft().isPresent() ? "The first call for a token will tell" : "Callers must send their own");
        };
    }

    private static Tile breaker(Lean lean) {
        String name = "Circuit breaker";
        String callers = lean.callersBreaker() == CircuitBreakerState.CLOSED ? ""
                : "; " + words(lean.callersBreaker()) + " for callers' own credentials";
        return switch (lean.serviceBreaker()) {
            case CLOSED -> new Tile(callers.isEmpty() ? Level.GOOD : Level.WARN, name, "Closed", "Lean is called" + callers);
            case OPEN -> new Tile(Level.BAD, name, "Open", "Lean is not called" + callers);
            case HALF_OPEN -> new Tile(Level.WARN, name, "Half open", "One call checks whether Lean is back" + callers);
        };
    }

    private static String words(CircuitBreakerState state) {
        return state == CircuitBreakerState.OPEN ? "open" : "half open";
    }

    static Level levelOf(Certificate certificate) {
        return certificate.validity().isNegative() ? Level.BAD
                : certificate.validity().compareTo(SOON) < 0 ? Level.WARN : Level.GOOD;
    }

    static String nameOf(Certificate certificate) {
        return "lean".equals(certificate.configuration()) ? "for Lean" : "for callers";
    }
}
