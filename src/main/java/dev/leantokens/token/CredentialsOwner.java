package dev.leantokens.token;

/** Whose credentials go to Lean. It decides what a refusal by Lean means. */
public enum CredentialsOwner {
    /** The caller sent its own Lean credentials: Lean's verdict on them is for the caller. */
    CALLER,
    /** The service's own Lean credentials are used: that Lean refuses them is for an operator to mend. */
    SERVICE
}
