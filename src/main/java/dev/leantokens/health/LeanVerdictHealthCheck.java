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
 * Whether Lean takes the service's own credentials, as far as calls have shown, beside {@link LeanHealthCheck} and like it in
 * no
 * probe: what is in the cache is as good as ever, and a restart would not mend it.
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
