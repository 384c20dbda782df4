package dev.leantokens.lean;

import java.io.IOException;

/** What came is not a response that can be read. Its connection is closed. */
final class UnusableResponseException extends IOException {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong with it, without anything that was received */
    UnusableResponseException(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
