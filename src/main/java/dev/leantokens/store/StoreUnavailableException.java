package dev.leantokens.store;

import java.io.Serial;

/**
 * Redis did not answer in time, or answered with an error. Without a stack trace: an outage can throw thousands in a second.
 */
final class StoreUnavailableException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    StoreUnavailableException(String message) {
        super(message, null, false, false);
    }
}
