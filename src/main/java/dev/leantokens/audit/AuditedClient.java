package dev.leantokens.audit;

/**
 * A client as the audit names it.
 *
 * @param kind what it is known by
 * @param id the id of a local client, or the subject of an issuer's token; null otherwise
 * @param issuer the id of the issuer that vouches for it; null otherwise
 */
public record AuditedClient(Kind kind, String id, String issuer) {

    /** A caller that has not authenticated here. */
    public static final AuditedClient ANONYMOUS = new AuditedClient(Kind.ANONYMOUS, null, null);
    /** A caller that has authenticated with credentials that only Lean can verify. */
    public static final AuditedClient OF_LEAN = new AuditedClient(Kind.LEAN_CLIENT, null, null);

    /** What a client is known by. */
    enum Kind {
        ANONYMOUS("anonymous"),
        LOCAL_CLIENT("local_client"),
        ISSUER("issuer"),
        LEAN_CLIENT("lean_client");

        private final String value;

        Kind(String value) {
            this.value = value;
        }

        String value() {
            return value;
        }
    }

    public static AuditedClient local(String id) {
        return new AuditedClient(Kind.LOCAL_CLIENT, id, null);
    }

    public static AuditedClient federated(String issuer, String subject) {
        return new AuditedClient(Kind.ISSUER, subject, issuer);
    }

    /** Without the subject, which a token's issuer chooses. */
    @Override
    public String toString() {
        return "AuditedClient[" + kind.value + "]";
    }
}
