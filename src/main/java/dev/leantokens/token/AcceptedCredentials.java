package dev.leantokens.token;

/**
 * Remembers which credentials Lean has accepted. Callers can invent any number of ids and secrets; only a token issued by Lean
 * proves them real. Implementations are thread-safe, bounded, and may forget anything at any time.
 */
public interface AcceptedCredentials {

    /**
     * What Lean has accepted of an access token request within the last day.
     *
     * @param credentials whether it has issued a token for the credentials, for any scope, and has not refused them since
     * @param scope whether it has issued a token for the credentials and the scope
     */
    record Acceptance(boolean credentials, boolean scope) {

        /** Lean has not issued a token for these credentials. */
        public static final Acceptance NONE = new Acceptance(false, false);
    }

    /**
     * @param fingerprint see {@link UpstreamTokenRequest#fingerprint()}
     * @return what Lean has accepted
     */
    Acceptance of(String fingerprint, Scope scope);

    /** Records that Lean has issued a token. */
    void accept(String fingerprint, Scope scope);

    /**
     * Records that Lean has refused the credentials. They no longer count as accepted until Lean issues a token for them.
     *
     * @return whether the refusal holds for every scope. It does not if Lean has accepted the credentials before, even for the
     *         same scope: whether the secret is no longer valid or Lean refuses this one scope shows only when another scope
     *         is requested
     */
    boolean refuse(String fingerprint);
}
