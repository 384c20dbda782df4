package dev.leantokens.health;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

import dev.leantokens.access.AccessRules;
import dev.leantokens.lean.LeanStandIn;
import dev.leantokens.token.ServiceCredentials;

/**
 * Whether the service can do what it is configured for: without Lean credentials of its own it cannot, unless no caller
 * could use them anyway. Lean is not asked: the token endpoint counts calls.
 */
@Readiness
@ApplicationScoped
class CredentialsHealthCheck implements HealthCheck {

    private final ServiceCredentials credentials;
    private final AccessRules access;
    private final LeanStandIn standIn;

    CredentialsHealthCheck(ServiceCredentials credentials, AccessRules access, LeanStandIn standIn) {
        this.credentials = credentials;
        this.access = access;
        this.standIn = standIn;
    }

    @Override
    public HealthCheckResponse call() {
        boolean configured = credentials.current().isPresent();
        return StandInDetail.add(standIn, HealthCheckResponse.named("lean-credentials"))
                .status(configured || access.onlyCallerCredentials())
                .withData("service", configured ? "configured" : "missing, set LEAN_CLIENT_ID and what belongs to it")
                .build();
    }
}
