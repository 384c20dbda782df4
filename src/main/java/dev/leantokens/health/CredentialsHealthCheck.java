package dev.leantokens.health;

import jakarta.enterprise.context.ApplicationScoped;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

import dev.leantokens.access.AccessRules;
import dev.leantokens.lean.LeanStandIn;
import dev.leantokens.token.ServiceCredentials;

/**
 * Reports whether the service has Lean credentials, unless no caller could use them anyway. Does not verify them with Lean,
 * which limits calls of the token endpoint.
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
        return LeanHealthCheck.named("lean-credentials", standIn)
                .status(configured || access.onlyCallerCredentials())
                .withData("service", configured ? "configured" : "missing, set LEAN_CLIENT_ID and its secret or key")
                .build();
    }
}
