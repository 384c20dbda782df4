package dev.leantokens.health;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

import dev.leantokens.lean.LeanReachability;
import dev.leantokens.lean.LeanStandIn;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.HealthGroup;
import io.smallrye.mutiny.Uni;

/**
 * Reports whether Lean is reachable, at {@code /q/health/group/lean} and in no probe: restarting the service, or taking it out
 * of rotation, does not help while Lean is unavailable.
 */
@HealthGroup("lean")
@ApplicationScoped
class LeanHealthCheck implements AsyncHealthCheck {

    private final LeanReachability lean;
    private final LeanStandIn standIn;

    LeanHealthCheck(LeanReachability lean, LeanStandIn standIn) {
        this.lean = lean;
        this.standIn = standIn;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return lean.verdict().map(verdict -> named("lean", standIn)
                .status(verdict.reachable())
                .withData("reason", verdict.reason())
                .build());
    }

    /** Starts a response, with a warning if tokens are issued by the stand-in. */
    static HealthCheckResponseBuilder named(String name, LeanStandIn standIn) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(name);
        return standIn.isUsed() ? response.withData("warning", "tokens come from a stand-in for Lean and open nothing")
                : response;
    }
}
