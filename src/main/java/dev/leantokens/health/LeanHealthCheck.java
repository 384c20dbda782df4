package dev.leantokens.health;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheckResponse;

import dev.leantokens.lean.LeanReachability;
import dev.leantokens.lean.LeanStandIn;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.HealthGroup;
import io.smallrye.mutiny.Uni;

/**
 * Whether Lean can be reached, at {@code /q/health/group/lean} and in no probe: to restart a service
 * whose Lean is away, or to take it out of rotation, would not bring Lean back.
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
        return lean.verdict().map(verdict -> StandInDetail.add(standIn, HealthCheckResponse.named("lean"))
                .status(verdict.reachable())
                .withData("reason", verdict.reason())
                .build());
    }
}
