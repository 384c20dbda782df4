package dev.leantokens.health;

import java.util.Locale;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

import dev.leantokens.lean.LeanVerdict;
import dev.leantokens.lean.LeanVerdict.Opinion;
import io.smallrye.health.api.HealthGroup;

/**
 * Reports whether Lean accepted the service's credentials in the last calls. In the group of {@link LeanHealthCheck} and in no
 * probe: cached tokens stay valid, and a restart does not fix credentials.
 */
@HealthGroup("lean")
@ApplicationScoped
class LeanVerdictHealthCheck implements HealthCheck {

    private final LeanVerdict verdict;

    LeanVerdictHealthCheck(LeanVerdict verdict) {
        this.verdict = verdict;
    }

    @Override
    public HealthCheckResponse call() {
        Opinion opinion = verdict.opinion();
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("lean-verdict")
                .status(opinion != Opinion.REFUSED)
                .withData("service-credentials", opinion.name().toLowerCase(Locale.ROOT));
        return (opinion == Opinion.REFUSED ? answer.withData("reason", verdict.reasonOfRefusal()) : answer).build();
    }
}
