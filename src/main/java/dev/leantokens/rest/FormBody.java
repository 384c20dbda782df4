package dev.leantokens.rest;

import java.nio.charset.StandardCharsets;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.RequestMembers;
import io.netty.handler.codec.http.QueryStringDecoder;

/** Reads a token request that is a form ({@code application/x-www-form-urlencoded}, RFC 6749 appendix B). */
final class FormBody {

    /** Never reached: a body within the limit has fewer. */
    private static final int MAX_PARAMETERS = Integer.MAX_VALUE;

    private FormBody() {
    }

    /** @throws TokenException {@code invalid_request} if the body is not a form, or plainly something else */
    static RequestMembers read(byte[] body) {
        RequestMembers members = new RequestMembers();
        try {
            // A semicolon is a character like any other: the separator of a form is &.
            new QueryStringDecoder(new String(body, StandardCharsets.UTF_8), StandardCharsets.UTF_8, false, MAX_PARAMETERS,
                    true).parameters().forEach((name, values) -> values.forEach(value -> members.add(name, value)));
        } catch (IllegalArgumentException e) {
            // Without the exception: its message quotes the input.
            throw TokenError.INVALID_REQUEST.because("the request body is not a form, a percent sign encodes nothing");
        }
        if (members.isEmpty() && body.length > 0 && body[0] == '{') {
            // As curl sends it whose caller has forgotten the header.
            throw TokenError.INVALID_REQUEST.because("the request body is a form by its Content-Type and looks like JSON, "
                    + "whose Content-Type is application/json");
        }
        return members;
    }
}
