package dev.leantokens.issuer;

/**
 * The keys of an issuer cannot be obtained. The message completes a sentence for an operator, and quotes nothing that was
 * received. Has no stack trace, since it is a result and not a fault of the code.
 */
final class KeysException extends Exception {

    private static final long serialVersionUID = 1L;

    private final KeysFault fault;

    KeysException(KeysFault fault, String message) {
        super(message, null, false, false);
        this.fault = fault;
    }

    KeysFault fault() {
        return fault;
    }
}
