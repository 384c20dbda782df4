package dev.leantokens.rest;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import dev.leantokens.error.TokenException;
import dev.leantokens.hostile.input.Parser;
import dev.leantokens.hostile.input.Refusals;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.RequestMembers;

/** Parsers of bodies over REST. */
public final class RestParsers {

    public static final Map<String, Parser> ALL = Map.of("form", RestParsers::form, "content-type", RestParsers::contentType);

    private static final String FORM = "application/x-www-form-urlencoded";

    private static final Pattern INCOMPLETE_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");

    private RestParsers() {
    }

    private static void form(byte[] input) {
        String body = new String(input, ISO_8859_1);
        boolean complete = !INCOMPLETE_ESCAPE.matcher(body).find();
        RequestMembers members;
        try {
            members = RequestBody.read(FORM, input);
        } catch (TokenException e) {
            Refusals.check("form", e);
            require(!complete || body.startsWith("{"), "a form is accepted");
            return;
        }
        require(complete, "an incomplete escape is refused");
        Map<String, List<byte[]>> form = decoded(body);
        agree("client_id", members::clientId, form, body);
        agree("client_secret", members::clientSecret, form, body);
        agree("scope", () -> AccessTokenRequest.of(members).scope().map(Object::toString), form, body);
    }

    private static void agree(String name, Supplier<Optional<String>> member, Map<String, List<byte[]>> form, String body) {
        List<byte[]> values = form.getOrDefault(name, List.of());
        Optional<String> expected = values.isEmpty() ? Optional.of("") : utf8(values.get(0));
        try {
            Optional<String> read = member.get();
            require(values.size() <= 1, "a repeated member is refused");
            require(expected.isPresent() && read.orElse("").equals(expected.get()),
                    "a member is read as it was sent, in UTF-8");
        } catch (TokenException e) {
            Refusals.check("form", e);
            // Characters of which a part is escaped are not read.
            require(values.size() > 1 || expected.isEmpty() || expected.get().indexOf('\uFFFD') >= 0
                    || utf8(body.getBytes(ISO_8859_1)).isEmpty() || name.equals("scope"), "a member is accepted");
        }
    }

    /** RFC 6749 appendix B. */
    private static Map<String, List<byte[]>> decoded(String form) {
        Map<String, List<byte[]>> members = new HashMap<>();
        for (String pair : form.split("&")) {
            int equals = pair.indexOf('=');
            String name = new String(decode(equals < 0 ? pair : pair.substring(0, equals)), UTF_8);
            members.computeIfAbsent(name, any -> new ArrayList<>()).add(decode(equals < 0 ? "" : pair.substring(equals + 1)));
        }
        return members;
    }

    private static byte[] decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes.write(c == '%' ? Integer.parseInt(text.substring(i + 1, i + 3), 16) : c == '+' ? ' ' : c);
            i += c == '%' ? 2 : 0;
        }
        return bytes.toByteArray();
    }

    private static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static void contentType(byte[] input) {
        String type = new String(input, ISO_8859_1);
        String body = "{\"scope\":\"api\"}";
        try {
            RequestBody.read(type, body.getBytes(UTF_8));
            require(type.strip().toLowerCase(java.util.Locale.ROOT).startsWith("application/json"),
                    "only JSON is read as JSON");
        } catch (TokenException e) {
            Refusals.check("content-type", e);
            require(!type.equals("application/json") && !type.startsWith("application/json;"), "JSON is accepted");
        }
    }
}
