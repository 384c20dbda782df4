package dev.leantokens.token;

import java.time.Duration;
import java.util.Optional;

import dev.leantokens.token.AcceptedCredentials.Acceptance;
import io.opentelemetry.context.Context;

/**
 * An access token request to Lean by the client credentials grant (RFC 6749 §4.4.2).
 *
 * @param callerCredentials the caller's own Lean credentials; empty to use the service's
 * @param fingerprint opaque fingerprint of the credentials sent to Lean; changes when the service's secret is rotated
 * @param scope the requested scope
 * @param accounts the callers that the request is made for, and for which purpose
 * @param acceptance what Lean has accepted of it before
 * @param waited how long it has waited for the store
 * @param trace the parent of its spans; the root if it is not traced
 */
public record UpstreamTokenRequest(Optional<ClientCredentials> callerCredentials, String fingerprint, Scope scope,
        CallerAccounts accounts, Acceptance acceptance, Duration waited, Context trace) {

    /** Whose credentials go to Lean. Decides what a refusal by Lean means. */
    public enum CredentialsOwner {
        /** The caller: a refusal is an error of the caller. */
        CALLER,
        /** The service: a refusal is for an operator to fix. */
        SERVICE
    }

    /** What a token is needed for. Decides which part of the budget of calls is available for it. */
    public enum Purpose {
        /** A caller waits for it and has no usable token. */
        NEED,
        /** It replaces a cached token that is still good. */
        REPLACEMENT
    }

    /** A request of one caller, of which Lean has accepted nothing before. */
    public UpstreamTokenRequest(Optional<ClientCredentials> callerCredentials, String fingerprint, Scope scope,
            Purpose purpose, CallerAccount account) {
        this(callerCredentials, fingerprint, scope, new CallerAccounts(account, purpose), Acceptance.NONE, Duration.ZERO,
                Context.root());
    }

    /** @return whose credentials go to Lean */
    public CredentialsOwner owner() {
        return callerCredentials.isPresent() ? CredentialsOwner.CALLER : CredentialsOwner.SERVICE;
    }

    /** @return whether the credentials are known to be real: Lean has accepted them lately, or the operator configured them */
    public boolean accepted() {
        return callerCredentials.isEmpty() || acceptance.credentials();
    }

    /** @return the current purpose: a caller without a token can join a replacement */
    public Purpose purpose() {
        return accounts.purpose();
    }

    /** @return the same request, with the parent of its spans */
    UpstreamTokenRequest in(Context parent) {
        return new UpstreamTokenRequest(callerCredentials, fingerprint, scope, accounts, acceptance, waited, parent);
    }

    /** @return the same request after the store was asked, with what Lean has accepted of it before */
    UpstreamTokenRequest after(Duration waitedForStore, Acceptance known) {
        return new UpstreamTokenRequest(callerCredentials, fingerprint, scope, accounts, known, waitedForStore, trace);
    }

    /** Excludes the fingerprint: a reader of the log could use it to guess secrets offline. */
    @Override
    public String toString() {
        return "UpstreamTokenRequest[" + owner() + ", " + scope + ", " + purpose() + "]";
    }
}
