package dev.leantokens.store;

import java.io.Serial;

/**
 * Redis did not answer in time, or answered with an error. Without a stack trace: an outage can throw thousands in a second.
 */
final class StoreUnavailableException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final StoreFault fault;

    StoreUnavailableException(StoreFault fault) {
        super("Redis is unavailable: " + fault.explanation(), null, false, false);
        this.fault = fault;
    }

    StoreFault fault() {
        return fault;
    }
}
