package dev.leantokens.token;

/**
 * What Lean has accepted of an access token request in the last day.
 *
 * @param credentials whether it has issued a token for the credentials, for any scope, and has not refused them since
 * @param scope whether it has issued a token for the credentials and the scope
 */
public record Acceptance(boolean credentials, boolean scope) {

    /** Lean has not issued a token for these credentials. */
    public static final Acceptance NONE = new Acceptance(false, false);
}
