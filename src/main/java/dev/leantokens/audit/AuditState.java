package dev.leantokens.audit;

/** Whether the audit can be written, as of the last attempt. */
public enum AuditState {
    /** It can, or the audit is off. */
    UNDISTURBED,
    /** It cannot. Tokens are issued without a line in it. */
    LINES_LOST,
    /** It cannot, so no tokens are issued. */
    TOKENS_REFUSED
}
