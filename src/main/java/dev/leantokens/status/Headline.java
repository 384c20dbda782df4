package dev.leantokens.status;

import java.util.ArrayList;
import java.util.List;

import dev.leantokens.audit.AuditState;
import dev.leantokens.lean.LeanVerdict.Opinion;
import dev.leantokens.status.Status.Certificate;
import dev.leantokens.status.Status.Check;
import dev.leantokens.status.Status.Lean;
import dev.leantokens.status.Status.Reachability;
import io.smallrye.faulttolerance.api.CircuitBreakerState;

/**
 * The state in one sentence, which is all that screen readers announce when it changes. It must not contain what changes
 * permanently, such as a remaining duration.
 *
 * @param detail what follows from it, or what to do; can be empty
 * @param others further problems
 */
record Headline(Level level, String text, String detail, List<String> others) {

    private record Problem(Level level, String text, String detail) {
    }

    /** The worst problem first, and of those that are equally bad the one that causes others. */
    static Headline of(Status status) {
        List<Problem> problems = problems(status);
        if (problems.isEmpty()) {
            return new Headline(Level.GOOD, "Ready to issue tokens",
                    status.lean().callsLeft().isPresent() && status.lean().credentials() == Opinion.UNKNOWN
                            ? "No call has shown yet whether Lean accepts the service's credentials."
                            : "",
                    List.of());
        }
        Problem first = problems.stream().filter(problem -> problem.level() == Level.BAD).findFirst()
                .orElse(problems.get(0));
        return new Headline(first.level(), first.text(), first.detail(),
                problems.stream().filter(problem -> problem != first).map(Problem::text).toList());
    }

    private static List<Problem> problems(Status status) {
        List<Problem> problems = new ArrayList<>();
        Lean lean = status.lean();
        if (!status.readiness().ready()) {
            problems.add(new Problem(Level.BAD, "Not ready", status.readiness().down().stream()
                    .map(Headline::describe).reduce((all, next) -> all + "; " + next).orElse("")));
        }
        if (status.audit() == AuditState.TOKENS_REFUSED) {
            problems.add(new Problem(Level.BAD, "The audit cannot be written, so no tokens are issued",
                    "The log has the reason."));
        } else if (status.audit() == AuditState.LINES_LOST) {
            problems.add(new Problem(Level.WARN, "The audit cannot be written",
                    "Tokens are issued without a line in it. The log has the reason."));
        }
        if (lean.credentials() == Opinion.REFUSED) {
            problems.add(new Problem(Level.BAD, "Lean refuses the service's credentials", lean.refusal().orElse("")));
        }
        if (lean.reachability() == Reachability.UNREACHABLE) {
            problems.add(
                    new Problem(Level.BAD, "Lean is unreachable", cachedTokens(status)));
        }
        addBreaker(problems, status, lean.serviceBreaker(), Level.BAD, "");
        addBreaker(problems, status, lean.callersBreaker(), Level.WARN, " for callers with their own credentials");
        if (lean.callsLeft().isPresent() && lean.callsLeft().getAsLong() == 0) {
            problems.add(new Problem(Level.WARN, "The budget of calls to Lean is used up",
                    "Cached tokens are issued; requests that need a call wait, or get 429."));
        }
        status.fleet().ifPresent(fleet -> {
            fleet.reason().ifPresent(reason -> problems.add(new Problem(Level.WARN, "Redis is unavailable: " + reason,
                    "This replica goes on without it, and calls Lean within its own limit.")));
            if (fleet.unknownKeys() > 0) {
                problems.add(new Problem(Level.WARN, "Other replicas seal with a key that is not configured here",
                        "Their tokens cannot be used by this replica."));
            }
        });
        status.issuers().ifPresent(issuers -> {
            if (issuers.withoutKeys() > 0) {
                problems.add(new Problem(Level.BAD, "No key of a trusted issuer is known", "Its tokens are not accepted."));
            } else if (issuers.unavailable() > 0) {
                problems.add(new Problem(Level.WARN, "The keys of a trusted issuer cannot be fetched",
                        "Its known keys are used meanwhile."));
            }
        });
        status.certificates().forEach(certificate -> addCertificate(problems, certificate));
        return problems;
    }

    private static String describe(Check check) {
        return check.name() + (check.reasons().isEmpty() ? "" : ": " + String.join(", ", check.reasons()));
    }

    private static String cachedTokens(Status status) {
        return status.tokens().isEmpty() ? "No token is cached, so callers get errors."
                : "Cached tokens are issued for as long as they are valid.";
    }

    private static void addBreaker(List<Problem> problems, Status status, CircuitBreakerState state, Level ifOpen,
            String calls) {
        if (state == CircuitBreakerState.OPEN) {
            problems.add(new Problem(ifOpen, "Lean keeps failing and is not called" + calls,
                    cachedTokens(status) + " From time to time, one call checks whether Lean is back."));
        } else if (state == CircuitBreakerState.HALF_OPEN) {
            problems.add(new Problem(Level.WARN, "One call checks whether Lean is back" + calls, ""));
        }
    }

    private static void addCertificate(List<Problem> problems, Certificate certificate) {
        Level level = Tile.levelOf(certificate);
        if (level != Level.GOOD) {
            problems.add(new Problem(level, "The certificate " + Tile.nameOf(certificate)
                    + (level == Level.BAD ? " has expired" : " expires soon"),
                    "Renew it: the new one is used without a restart."));
        }
    }
}
