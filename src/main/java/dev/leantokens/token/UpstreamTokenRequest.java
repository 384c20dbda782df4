package dev.leantokens.token;

import java.util.Objects;
import java.util.Optional;

/**
 * An access token request as it goes to Lean by the client credentials grant (RFC 6749 §4.4.2).
 *
 * @param callers the credentials of the caller's own to ask with; empty to ask with the service's
 * @param fingerprint tells what Lean is shown from all else that it is shown, also from what it was before the service's secret
 *        was exchanged; and does not tell what it is
 * @param scope the scope to ask for
 * @param requesters who it is for, and for which purpose
 * @param acceptance what Lean has accepted of it before
 */
public record UpstreamTokenRequest(Optional<ClientCredentials> callers, String fingerprint, Scope scope,
        CallerAccounts requesters,
        Acceptance acceptance) {

    /** What a token is wanted for. It decides how much of the budget of calls there is for it. */
    public enum Purpose {
        /** A caller waits for it, and there is none for it. */
        NEED,
        /** There is one that is still good, which it is to replace. */
        REPLACEMENT
    }

    public UpstreamTokenRequest {
        Objects.requireNonNull(callers, "callers");
        Objects.requireNonNull(fingerprint, "fingerprint");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(requesters, "requesters");
        Objects.requireNonNull(acceptance, "acceptance");
    }

    /** A request of which Lean has accepted nothing before. */
    public UpstreamTokenRequest(Optional<ClientCredentials> callers, String fingerprint, Scope scope, Purpose purpose,
            CallerAccount requester) {
        this(callers, fingerprint, scope, new CallerAccounts(requester, purpose), Acceptance.NONE);
    }

    /** @return whose credentials Lean is shown */
    public CredentialsOwner owner() {
        return callers.isPresent() ? CredentialsOwner.CALLER : CredentialsOwner.SERVICE;
    }

    /**
     * @return whether the credentials are known to be real: Lean has accepted them lately, or they are the service's own, which
     *         the operator configured
     */
    public boolean accepted() {
        return callers.isEmpty() || acceptance.credentials();
    }

    /** @return what the token is wanted for now: a caller that has none can join a replacement */
    public Purpose purpose() {
        return requesters.purpose();
    }

    /** @return the same request with what Lean has accepted of it before */
    UpstreamTokenRequest withAcceptance(Acceptance known) {
        return new UpstreamTokenRequest(callers, fingerprint, scope, requesters, known);
    }

    /** Not the fingerprint: it would let someone who sees a log try secrets at leisure. */
    @Override
    public String toString() {
        return "UpstreamTokenRequest[" + owner() + ", " + scope + ", " + purpose() + "]";
    }
}
