package dev.leantokens.lean;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ServiceCredentials;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;

/**
 * Lean's last verdict on the service's own credentials, as shown by calls; no call is made for it. A refusal counts for the
 * scope {@code api} and for the scope that Lean accepted last: refusing one customer's scope is no verdict on the credentials.
 * Thread-safe.
 */
@ApplicationScoped
public class LeanVerdict {

    private final ServiceCredentials credentials;
    private final LeanConfig config;
    private volatile Verdict last;

    public enum Opinion {
        /** Unknown for the current credentials. */
        UNKNOWN,
        ACCEPTED,
        REFUSED
    }

    /** @param accepted the scope that Lean accepted last; null if it has refused the credentials since then */
    private record Verdict(ServiceClient client, Scope accepted) {
    }

    LeanVerdict(ServiceCredentials credentials, LeanConfig config) {
        this.credentials = credentials;
        this.config = config;
    }

    /**
     * Records the outcome of a call, if it is a verdict on the service's credentials.
     *
     * @param client the client that called Lean, which can have got a new secret since then; empty if no call was made
     * @param failure null if Lean issued a token
     */
    void record(UpstreamTokenRequest request, Optional<ServiceClient> client, Throwable failure) {
        if (request.owner() == CredentialsOwner.CALLER || client.isEmpty()) {
            return;
        }
        if (failure == null) {
            recordAcceptance(client.get(), request.scope());
        } else if (failure instanceof TokenException exception && exception.error() == TokenError.SERVICE_CREDENTIALS_REFUSED) {
            recordRefusal(client.get(), request.scope());
        }
    }

    void recordAcceptance(ServiceClient client, Scope scope) {
        last = new Verdict(client, scope);
    }

    void recordRefusal(ServiceClient client, Scope scope) {
        Verdict before = last;
        if (scope.equals(Scope.API)
                || before != null && before.client().equals(client) && scope.equals(before.accepted())) {
            last = new Verdict(client, null);
        }
    }

    /** @return Lean's opinion of the current credentials */
    public Opinion opinion() {
        Verdict known = last;
        if (known == null || !credentials.current().equals(Optional.of(known.client()))) {
            return Opinion.UNKNOWN;
        }
        return known.accepted() == null ? Opinion.REFUSED : Opinion.ACCEPTED;
    }

    /** @return the likeliest reason of a refusal and the settings to correct, for an operator */
    public String reasonOfRefusal() {
        return reasonOfRefusal(config);
    }

    /** @return the same for callers and the log, with neither a URL nor an id */
    static String reasonOfRefusal(LeanConfig config) {
        return "Lean refused the credentials of this service. They probably belong to another environment: "
                + (config.url().isPresent()
                        ? "LEAN_URL is set and replaces LEAN_ENVIRONMENT"
                        : "LEAN_ENVIRONMENT is " + config.environment().configuredName())
                + ". The operator of this service must correct that setting, or " + proofSettings(config);
    }

    /** @return what else can be wrong; an assertion for another audience is rejected like a wrong signature */
    private static String proofSettings(LeanConfig config) {
        return switch (config.clientAuthentication()) {
            case CLIENT_SECRET_POST, CLIENT_SECRET_BASIC -> "LEAN_CLIENT_ID and its secret or key";
            case PRIVATE_KEY_JWT -> "LEAN_CLIENT_ID and its key, or LEAN_ASSERTION_AUDIENCE";
            case TLS_CLIENT_AUTH -> "LEAN_CLIENT_ID and its certificate";
        };
    }
}
