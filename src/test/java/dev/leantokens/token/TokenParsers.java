package dev.leantokens.token;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

import dev.leantokens.error.TokenException;
import dev.leantokens.hostile.input.Parser;
import dev.leantokens.hostile.input.Refusals;
import dev.leantokens.hostile.input.StrictJson;
import dev.leantokens.hostile.input.StrictJson.Members;
import dev.leantokens.hostile.input.StrictJson.Value;

/** Parsers of a request's members. */
public final class TokenParsers {

    public static final Map<String, Parser> ALL = Map.of("json-members", TokenParsers::jsonMembers, "scope",
            TokenParsers::scope, "scope-pattern", TokenParsers::scopePattern, "cache-control", TokenParsers::cacheControl);

    /** RFC 6749 §3.3. */
    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,128}");
    private static final Map<String, Function<RequestMembers, Optional<String>>> MEMBERS = Map.of(
            "scope", RequestMembers::scope, "grant_type", RequestMembers::grantType,
            "client_id", RequestMembers::clientId, "client_secret", RequestMembers::clientSecret,
            "client_assertion", RequestMembers::clientAssertion,
            "client_assertion_type", RequestMembers::clientAssertionType);

    private TokenParsers() {
    }

    private static void jsonMembers(byte[] input) {
        String text = new String(input, UTF_8);
        // A byte order mark may be ignored (RFC 8259 §8.1).
        Optional<Value> json = StrictJson.read(text.startsWith("\uFEFF") ? text.substring(1) : text);
        RequestMembers members;
        try {
            members = JsonMembers.read(input, "the request body");
        } catch (TokenException e) {
            Refusals.check("json-members", e);
            require(json.filter(Value::usual).filter(value -> value.value() instanceof Members).isEmpty(),
                    "a JSON object is accepted");
            return;
        }
        require(json.isPresent() && json.get().value() instanceof Members, "only a JSON object in UTF-8 is accepted");
        agree(members, (Members) json.get().value());
    }

    private static void agree(RequestMembers members, Members json) {
        MEMBERS.forEach((name, getter) -> {
            List<Object> values = json.named(name);
            try {
                Optional<String> read = getter.apply(members);
                require(values.size() <= 1, "a repeated member is refused");
                Object value = values.isEmpty() || values.get(0) == StrictJson.NULL ? "" : values.get(0);
                require(value.equals(read.orElse("")), "a member is read as it was sent");
                require(isUtf8(read.orElse("")) && read.orElse("").indexOf('\uFFFD') < 0,
                        "a member that is not UTF-8 is refused");
            } catch (TokenException e) {
                Refusals.check("json-members", e);
                require(values.size() > 1 || !(values.get(0) instanceof String text) || !isUtf8(text)
                        || text.indexOf(RequestMembers.REPLACEMENT) >= 0, "a text is accepted");
            }
        });
        try {
            AccessTokenRequest.of(members).scope().ifPresent(scope -> require(SCOPE.matcher(scope.value()).matches(),
                    "a scope is one scope-token"));
        } catch (TokenException e) {
            Refusals.check("access-token-request", e);
        }
    }

    private static boolean isUtf8(String text) {
        return new String(text.getBytes(UTF_8), UTF_8).equals(text);
    }

    private static void scope(byte[] input) {
        String text = new String(input, UTF_8);
        boolean valid = SCOPE.matcher(text).matches();
        try {
            Scope scope = Scope.parse(text);
            require(valid && scope.value().equals(text), "only a scope-token is accepted, unchanged");
            require(scope.customer().map(id -> "customer." + id).orElse(text).equals(text), "the customer is the rest");
        } catch (TokenException e) {
            Refusals.check("scope", e);
            require(!valid, "a scope-token is accepted");
        }
    }

    /** Lines: two patterns, and scopes. */
    private static void scopePattern(byte[] input) {
        String[] lines = new String(input, UTF_8).split("\n");
        if (lines.length < 3 || !isShortPattern(lines[0]) || !isShortPattern(lines[1])) {
            return;
        }
        ScopePattern one = new ScopePattern(lines[0]);
        ScopePattern other = new ScopePattern(lines[1]);
        boolean overlap = one.overlaps(other);
        require(overlap == other.overlaps(one), "overlapping is mutual");
        for (int i = 2; i < lines.length; i++) {
            if (SCOPE.matcher(lines[i]).matches()) {
                Scope scope = Scope.parse(lines[i]);
                require(one.allows(scope) == regex(lines[0]).matcher(lines[i]).matches(),
                        "a star is one or more letters, digits, hyphens or underscores");
                require(overlap || !one.allows(scope) || !other.allows(scope), "patterns with a common scope overlap");
            }
        }
    }

    /** The regular expression needs a time that grows with the number of stars. */
    private static boolean isShortPattern(String line) {
        return SCOPE.matcher(line).matches() && line.length() <= 40 && line.chars().filter(c -> c == '*').count() <= 4;
    }

    private static Pattern regex(String pattern) {
        StringBuilder regex = new StringBuilder();
        pattern.chars().forEach(c -> regex.append(c == '*' ? "[A-Za-z0-9_-]+" : Pattern.quote(Character.toString(c))));
        return Pattern.compile(regex.toString());
    }

    private static void cacheControl(byte[] input) {
        List<String> headers = List.of(new String(input, java.nio.charset.StandardCharsets.ISO_8859_1).split("\n"));
        boolean expected = headers.stream().anyMatch(header -> Pattern
                .compile("(?i)(?:^|.*,)\\s*no-cache\\s*(?:,.*|$)", Pattern.DOTALL).matcher(header).matches());
        boolean unusualSpace = headers.stream().anyMatch(header -> header.chars().anyMatch(c -> c < ' ' || c > '~'));
        require(unusualSpace || (CacheControl.of(headers) == CacheControl.NO_CACHE) == expected,
                "no-cache is a directive of its own");
    }
}
