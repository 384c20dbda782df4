package dev.leantokens.issuer;

import java.security.PublicKey;
import java.util.Set;

/**
 * The keys of an issuer cannot be obtained. The message completes a sentence for an operator, and quotes nothing that was
 * received. Has no stack trace, since it is a result and not a fault of the code.
 */
final class KeysException extends Exception {

    private static final long serialVersionUID = 1L;

    private final KeysFault fault;
    private final transient Set<PublicKey> revealed;

    KeysException(KeysFault fault, String message) {
        this(fault, message, Set.of());
    }

    private KeysException(KeysFault fault, String message, Set<PublicKey> revealed) {
        super(message, null, false, false);
        this.fault = fault;
        this.revealed = Set.copyOf(revealed);
    }

    /** @param revealed the public keys whose private ones were read */
    static KeysException privateKeys(String message, Set<PublicKey> revealed) {
        return new KeysException(KeysFault.PRIVATE_KEYS, message, revealed);
    }

    /** @return the same failure with another message */
    KeysException describedAs(String message) {
        return new KeysException(fault, message, revealed);
    }

    /** @return the public keys whose private ones are known to others; empty for other faults */
    Set<PublicKey> revealed() {
        return revealed;
    }

    /** @return the message, without addresses and what TLS says: everyone can read the health of this service */
    String summary() {
        return switch (fault) {
            case FILE -> "a file for the requests cannot be used";
            case UNREACHABLE -> "its server cannot be reached";
            case UNTRUSTED -> "no secure connection to its server is possible";
            case TIMED_OUT, STATUS, UNUSABLE, PRIVATE_KEYS -> getMessage();
        };
    }

    KeysFault fault() {
        return fault;
    }
}
