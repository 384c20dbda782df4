package dev.leantokens.lean;

import java.io.IOException;

/** An answer of Lean is longer than is read. */
class ResponseTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    ResponseTooLargeException(long limit) {
        super("the response is longer than " + limit + " bytes");
    }
}
