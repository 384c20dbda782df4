package dev.leantokens.health;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

import dev.leantokens.access.AccessRules;
import dev.leantokens.issuer.KeysState;
import dev.leantokens.issuer.TrustedKeys;
import dev.leantokens.lean.LeanReachability;
import dev.leantokens.lean.LeanStandIn;
import dev.leantokens.lean.LeanVerdict;
import dev.leantokens.lean.LeanVerdict.Opinion;
import dev.leantokens.mcp.port.McpListener;
import dev.leantokens.store.StoreHealth;
import dev.leantokens.token.ServiceCredentials;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.HealthGroup;

/**
 * The health checks of the service. Those about Lean are in the group {@code /q/health/group/lean} and in no probe: neither a
 * restart nor taking the service out of rotation would fix Lean, and cached tokens stay valid. The same is true of Redis and
 * {@code /q/health/group/store}, and of issuers and {@code /q/health/group/issuers}. There is no startup check, as the main
 * port opens last.
 */
class HealthChecks {

    private static final String LEAN = "lean";
    private static final String STORE = "store";
    private static final String ISSUERS = "issuers";

    /** Whether both adapters can be reached. That the request has arrived shows that the main port is open. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck listeners(McpListener mcp) {
        return () -> HealthCheckResponse.named("listeners")
                .status(mcp.isListening())
                .withData("rest", "listening")
                .withData("mcp", mcp.isListening() ? "listening" : "closed")
                .build();
    }

    /** Whether the service has Lean credentials, unless no caller could use them. Not verified: Lean limits token requests. */
    @Produces
    @Singleton
    @Readiness
    HealthCheck credentials(ServiceCredentials credentials, AccessRules access, LeanStandIn standIn) {
        return () -> {
            boolean configured = credentials.current().isPresent();
            return named("lean-credentials", standIn)
                    .status(configured || access.onlyCallerCredentials())
                    .withData("service", configured ? "configured" : "missing: set LEAN_CLIENT_ID and its secret or key")
                    .build();
        };
    }

    /** Whether Lean is reachable. */
    @Produces
    @Singleton
    @HealthGroup(LEAN)
    AsyncHealthCheck lean(LeanReachability lean, LeanStandIn standIn) {
        return () -> lean.verdict().map(verdict -> named(LEAN, standIn)
                .status(verdict.reachable())
                .withData("reason", verdict.reason())
                .build());
    }

    /** Whether Lean accepted the service's credentials when they were last used. */
    @Produces
    @Singleton
    @HealthGroup(LEAN)
    HealthCheck verdict(LeanVerdict verdict) {
        return () -> {
            Opinion opinion = verdict.opinion();
            HealthCheckResponseBuilder response = HealthCheckResponse.named("lean-verdict")
                    .status(opinion != Opinion.REFUSED)
                    .withData("service-credentials", opinion.name().toLowerCase(Locale.ROOT));
            return (opinion == Opinion.REFUSED ? response.withData("reason", verdict.reasonOfRefusal()) : response).build();
        };
    }

    /** Whether Redis can be used, if it is configured. In no probe: replicas go on without it. */
    @Produces
    @Singleton
    @HealthGroup(STORE)
    HealthCheck store(StoreHealth store) {
        return () -> {
            HealthCheckResponseBuilder response = HealthCheckResponse.named(STORE);
            return store.state().map(state -> {
                state.reason().ifPresent(reason -> response.withData("reason", reason));
                if (state.unknownKeys() > 0) {
                    response.withData("unknownKeys", state.unknownKeys());
                }
                return response.status(state.reason().isEmpty())
                        .withData("since", state.since().truncatedTo(ChronoUnit.SECONDS).toString())
                        .withData("replicas", state.replicas());
            }).orElseGet(() -> response.up().withData("redis", "not configured")).build();
        };
    }

    /** Whether the keys of all trusted issuers can be obtained. In no probe: known keys are used meanwhile. */
    @Produces
    @Singleton
    @HealthGroup(ISSUERS)
    HealthCheck issuers(TrustedKeys keys) {
        return () -> {
            List<KeysState> states = keys.states();
            HealthCheckResponseBuilder response = HealthCheckResponse.named(ISSUERS)
                    .status(states.stream().allMatch(state -> state.problem().isEmpty()));
            states.forEach(state -> response.withData(state.issuer(), describe(state)));
            return (states.isEmpty() ? response.withData("issuers", "not configured") : response).build();
        };
    }

    private static String describe(KeysState state) {
        String keys = state.keys() == 0 ? "no keys" : state.keys() == 1 ? "1 key" : state.keys() + " keys";
        return state.problem().map(problem -> keys
                + state.until().map(end -> " until " + end.truncatedTo(ChronoUnit.SECONDS)).orElse("") + ": " + problem)
                .orElse(keys);
    }

    private static HealthCheckResponseBuilder named(String name, LeanStandIn standIn) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(name);
        return standIn.isUsed() ? response.withData("warning", "tokens come from a stand-in for Lean and grant no access")
                : response;
    }
}
