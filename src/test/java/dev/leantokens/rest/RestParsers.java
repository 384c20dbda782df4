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
import java.util.function.Function;

import dev.leantokens.error.TokenException;
import dev.leantokens.hostile.input.Parser;
import dev.leantokens.hostile.input.Refusals;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.RequestMembers;

/** Parsers of bodies over REST. */
public final class RestParsers {

    public static final Map<String, Parser> ALL = Map.of("form", RestParsers::form, "content-type", RestParsers::contentType);

    private static final String FORM = "application/x-www-form-urlencoded";

    private RestParsers() {
    }

    private static void form(byte[] input) {
        Optional<Map<String, List<String>>> expected = decoded(new String(input, ISO_8859_1));
        RequestMembers members;
        try {
            members = RequestBody.read(FORM, input);
        } catch (TokenException e) {
            Refusals.check("form", e);
            require(expected.isEmpty() || input.length > 0 && input[0] == '{', "a form is accepted");
            return;
        }
        // Percent signs in a name or value that is not UTF-8 are read all the same.
        expected.ifPresent(form -> {
            agree("client_id", members::clientId, form);
            agree("client_secret", members::clientSecret, form);
            agree("scope", () -> AccessTokenRequest.of(members).scope().map(Object::toString), form);
        });
    }

    private static void agree(String name, java.util.function.Supplier<Optional<String>> member,
            Map<String, List<String>> form) {
        List<String> values = form.getOrDefault(name, List.of());
        try {
            Optional<String> read = member.get();
            require(values.size() <= 1, "a repeated member is refused");
            require(read.orElse("").equals(values.isEmpty() ? "" : values.get(0)), "a member is read as it was sent");
        } catch (TokenException e) {
            Refusals.check("form", e);
        }
    }

    /** RFC 6749 appendix B. @return the members; empty if an escape is incomplete, or a text is not UTF-8 */
    private static Optional<Map<String, List<String>>> decoded(String form) {
        Map<String, List<String>> members = new HashMap<>();
        Function<String, String> decoder = RestParsers::decode;
        try {
            for (String pair : form.split("&")) {
                int equals = pair.indexOf('=');
                members.computeIfAbsent(decoder.apply(equals < 0 ? pair : pair.substring(0, equals)),
                        name -> new ArrayList<>()).add(equals < 0 ? "" : decoder.apply(pair.substring(equals + 1)));
            }
            return Optional.of(members);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                String digits = text.length() < i + 3 ? "" : text.substring(i + 1, i + 3);
                if (!digits.matches("[0-9a-fA-F]{2}")) {
                    throw new IllegalArgumentException("an incomplete escape");
                }
                bytes.write(Integer.parseInt(digits, 16));
                i += 2;
            } else {
                bytes.write(c == '+' ? ' ' : c);
            }
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(e);
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
