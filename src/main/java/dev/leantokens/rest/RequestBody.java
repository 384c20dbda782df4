package dev.leantokens.rest;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

import jakarta.ws.rs.core.MediaType;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.JsonMembers;
import dev.leantokens.token.RequestMembers;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;

/** Reads the members of an access token request from its body. */
final class RequestBody {

    /** Never reached: a body within the limit has fewer. */
    private static final int MAX_PARAMETERS = Integer.MAX_VALUE;

    private RequestBody() {
    }

    /**
     * @param contentType the header; null if it is missing, in which case the format is not guessed
     * @throws TokenException {@code invalid_request}: with 415 for another format, with 400 for a malformed body
     */
    static RequestMembers read(String contentType, byte[] body) {
        return switch (mediaType(contentType)) {
            case MediaType.APPLICATION_JSON -> readJson(body);
            case MediaType.APPLICATION_FORM_URLENCODED -> readForm(body);
            default -> throw TokenError.UNSUPPORTED_MEDIA_TYPE
                    .because("the Content-Type must be application/json or application/x-www-form-urlencoded");
        };
    }

    /** Ignores parameters: both formats are UTF-8 by definition. */
    private static String mediaType(String contentType) {
        CharSequence type = contentType == null ? null : HttpUtil.getMimeType(contentType);
        return type == null ? "" : type.toString().strip().toLowerCase(Locale.ROOT);
    }

    private static RequestMembers readJson(byte[] body) {
        if (body.length == 0) {
            throw TokenError.INVALID_REQUEST.because("the request has no body; it must be a JSON object");
        }
        return JsonMembers.read(body, "the request body");
    }

    /** RFC 6749 appendix B. */
    private static RequestMembers readForm(byte[] body) {
        RequestMembers members = new RequestMembers();
        try {
            // A semicolon is an ordinary character: only & separates parameters. So are, in a form, a question mark at the
            // start, of which the decoder skips one, and a number sign, behind which it would drop the rest. A pair without a
            // name gets one, or the decoder would take its value for a pair.
            String query = "?" + ("&" + new String(body, StandardCharsets.UTF_8)).replace("#", "%23").replace("&=", "&%3D=");
            new QueryStringDecoder(query, StandardCharsets.UTF_8, false, MAX_PARAMETERS, true).parameters()
                    .forEach((name, values) -> values.forEach(value -> members.add(name, value)));
        } catch (IllegalArgumentException e) {
            // The exception is dropped: its message quotes the input.
            throw TokenError.INVALID_REQUEST
                    .because("the request body is not a form: a percent sign is not followed by two hexadecimal digits");
        }
        if (members.isEmpty() && body.length > 0 && body[0] == '{') {
            // As curl sends JSON by default.
            throw TokenError.INVALID_REQUEST.because("the request body is a form according to its Content-Type "
                    + "but looks like JSON: send Content-Type: application/json");
        }
        return members;
    }
}
