package dev.leantokens.access;

/** What client credentials among the members of a request mean. It is the adapter's protocol that says so. */
public enum BodyCredentials {
    /** The caller authenticates with them (RFC 6749 §2.3.1). */
    AUTHENTICATE_CALLER,
    /**
     * They are what Lean is to be asked with; who is calling, the header says. So it is over MCP, where the body comes from a
     * model, which a local client's secret is none of the business of.
     */
    GO_TO_LEAN
}
