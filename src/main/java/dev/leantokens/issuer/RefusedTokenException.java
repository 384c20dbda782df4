package dev.leantokens.issuer;

/** A token is refused. Has no stack trace, since it is a result and not a fault of the code. */
final class RefusedTokenException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param reason for the caller: ASCII, without a received value */
    RefusedTokenException(String reason) {
        super(reason, null, false, false);
    }

    /** @throws RefusedTokenException unless a condition holds */
    static void require(boolean holds, String reason) throws RefusedTokenException {
        if (!holds) {
            throw new RefusedTokenException(reason);
        }
    }
}
