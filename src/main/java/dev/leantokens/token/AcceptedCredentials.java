package dev.leantokens.token;

/**
 * Remembers which credentials Lean has accepted. Callers can invent any number of ids and secrets; what tells real ones from
 * those is a token from Lean. Implementations are thread-safe, bounded, and may forget anything at any time.
 */
public interface AcceptedCredentials {

    /**
     * @param fingerprint that of {@link UpstreamTokenRequest}
     * @return what Lean has accepted
     */
    Acceptance of(String fingerprint, Scope scope);

    /** Lean has issued a token. */
    void accept(String fingerprint, Scope scope);

    /**
     * Lean has refused the credentials. They no longer count as accepted until Lean issues a token for them.
     *
     * @return whether the refusal holds for every scope. It does not if Lean has accepted the credentials before, even for the
     *         same scope: whether the secret is no longer valid or Lean refuses this one scope shows only when another scope
     *         is requested
     */
    boolean refuse(String fingerprint);
}
