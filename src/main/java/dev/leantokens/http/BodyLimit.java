package dev.leantokens.http;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** How long the body of a request can be. */
final class BodyLimit {

    /** A request with the longest scope, id and secret that make sense is below 2 KiB. */
    static final int BYTES = 16 * 1024;

    private BodyLimit() {
    }

    /** @return whether the request itself says that its body is too long */
    static boolean declaresTooMuch(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length != null && Long.parseLong(length) > BYTES;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    static TokenException tooLarge() {
        return TokenError.TOO_LARGE.because("the request body is larger than " + BYTES + " bytes");
    }
}
