package dev.leantokens.health;

import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

import dev.leantokens.lean.LeanStandIn;

/** Has a check say that it is about the stand-in and not about Lean. */
final class StandInDetail {

    private StandInDetail() {
    }

    /** @return the same builder */
    static HealthCheckResponseBuilder add(LeanStandIn standIn, HealthCheckResponseBuilder check) {
        return standIn.isUsed() ? check.withData("warning", "tokens come from a stand-in for Lean and open nothing") : check;
    }
}
