package dev.leantokens.rest;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.JsonMembers;
import dev.leantokens.token.RequestMembers;

/** Reads a token request that is a JSON object. */
final class JsonBody {

    private JsonBody() {
    }

    /** @throws TokenException {@code invalid_request} if the body is not one JSON object */
    static RequestMembers read(byte[] body) {
        if (body.length == 0) {
            throw TokenError.INVALID_REQUEST.because("the request has no body, it must be a JSON object");
        }
        return JsonMembers.read(body, "the request body");
    }
}
