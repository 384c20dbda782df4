package dev.leantokens.access;

/** What client credentials among the members of a request mean. It is the adapter's protocol that says so. */
public enum BodyCredentials {
    /** The caller authenticates with them (RFC 6749 §2.3.1). */
    AUTHENTICATE_CALLER("client credentials are required here"),
    /**
     * They are what Lean is to be asked with; who is calling, the header says. So it is over MCP, where the body comes from a
     * model, which a local client's secret is none of the business of.
     */
    GO_TO_LEAN("this caller is not authenticated: the configuration of the MCP client needs an Authorization header "
            + "with the credentials of a local client");

    private final String refusal;

    BodyCredentials(String refusal) {
        this.refusal = refusal;
    }

    /** @return the refusal of a caller without credentials; over MCP a model reads it, which must not look for a secret */
    String refusal() {
        return refusal;
    }
}
