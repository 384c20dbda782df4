package dev.leantokens.rest;

import java.util.Locale;

import jakarta.ws.rs.core.MediaType;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.RequestMembers;

/** Reads a token request's body in the format that its Content-Type declares. */
final class RequestBody {

    private RequestBody() {
    }

    /**
     * @param contentType the header; null if there was none, which is not taken for a guess
     * @throws TokenException {@code invalid_request}, with 415 if the format is another
     */
    static RequestMembers read(String contentType, byte[] body) {
        return switch (contentType == null ? "" : mediaType(contentType)) {
            case MediaType.APPLICATION_JSON -> JsonBody.read(body);
            case MediaType.APPLICATION_FORM_URLENCODED -> FormBody.read(body);
            default -> throw TokenError.UNSUPPORTED_MEDIA_TYPE.because(
                    "the Content-Type must be application/json or application/x-www-form-urlencoded");
        };
    }

    /** Without parameters: both formats are UTF-8 by their definitions. */
    private static String mediaType(String contentType) {
        int parameters = contentType.indexOf(';');
        return (parameters < 0 ? contentType : contentType.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }
}
