package dev.leantokens.lean;

import java.io.IOException;

/**
 * A connection that had served before did not serve this request: it broke, or stayed silent, before a byte of an answer came,
 * or the answer is about the connection. It says nothing of Lean, and the request can be sent again on a new connection.
 */
final class StaleConnectionException extends IOException {

    private static final long serialVersionUID = 1L;

    StaleConnectionException(String message) {
        super(message);
    }

    /** For the log, as a reason. */
    @Override
    public String toString() {
        return getMessage();
    }

    /** Thrown for each request on a connection that is gone; where it is made says nothing. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
