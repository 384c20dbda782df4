package dev.leantokens.lean;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.hostile.input.Parser;
import dev.leantokens.hostile.input.Refusals;
import dev.leantokens.hostile.input.StrictJson;
import dev.leantokens.hostile.input.StrictJson.Members;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;

/** Parsers of what Lean sends, and of the key that is used towards it. */
public final class LeanParsers {

    public static final Map<String, Parser> ALL = Map.of("lean-token", LeanParsers::token, "lean-error", LeanParsers::error,
            "retry-after", LeanParsers::retryAfter, "http-date", LeanParsers::date, "private-key", LeanParsers::key);

    private static final String SECRET = "secret-of-the-service";
    private static final ClientProof PROOF = ClientProof.post(new ClientCredentials("id-of-the-service", SECRET));
    private static final LeanConfig CONFIG = Settings.of(LeanConfig.class);
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static final Pattern USUAL = Pattern.compile(
            "\\{\"access_token\":\"[a-zA-Z.]+\",\"token_type\":\"[a-zA-Z]+\",\"expires_in\":[1-9][0-9]{0,8},\"scope\":\"api\"}");

    private LeanParsers() {
    }

    private static UpstreamTokenRequest request() {
        return new UpstreamTokenRequest(Optional.empty(), "fingerprint", Scope.API, Purpose.NEED, CallerAccount.SERVICE);
    }

    private static void token(byte[] input) {
        String text = new String(input, UTF_8);
        AccessToken token;
        try {
            token = new LeanAnswer(200, null, null, input).token(request(), PROOF, CONFIG, NOW);
        } catch (TokenException e) {
            Refusals.check("lean-token", e);
            require(e.error() == TokenError.UNUSABLE_ANSWER || e.error() == TokenError.OTHER_SCOPE, "the response is unusable");
            require(!USUAL.matcher(text).matches(), "a usual response is accepted");
            return;
        }
        Members sent = object(text.startsWith("\uFEFF") ? text.substring(1) : text);
        Members issued = object(token.json());
        require(member("access_token", sent).equals(member("access_token", issued)), "the token is passed on as it is");
        require(!issued.named("token_type").isEmpty(), "a token has a type");
        require(issued.named("scope").isEmpty() || issued.named("scope").get(0).equals("api"),
                "the scope is the requested one");
        require(sent.all().stream().filter(member -> member.getValue() != StrictJson.NULL).map(Map.Entry::getKey).toList()
                .stream().map(LeanParsers::utf8).toList().equals(issued.all().stream().map(Map.Entry::getKey).toList()),
                "every member is passed on, in the same order");
        object("\"" + new String(token.escapedBytes(), UTF_8) + "\"", String.class);
        token.expiresIn().ifPresent(lifetime -> {
            require(!lifetime.isNegative(), "a lifetime is not negative");
            require(issued.named("expires_in").equals(List.of(new StrictJson.Number("" + lifetime.toSeconds()))),
                    "the lifetime is a number");
            Object said = sent.named("expires_in").get(0);
            require(new BigDecimal(said instanceof StrictJson.Number number ? number.text() : (String) said)
                    .compareTo(BigDecimal.valueOf(lifetime.toSeconds())) == 0, "the lifetime is the one that Lean said");
        });
    }

    /** Unpaired surrogates are replaced. */
    private static String utf8(String text) {
        return new String(text.getBytes(UTF_8), UTF_8);
    }

    private static String member(String name, Members object) {
        require(object.named(name).size() == 1, name + " is not repeated");
        return utf8((String) object.named(name).get(0));
    }

    private static Members object(String json) {
        return object(json, Members.class);
    }

    private static <T> T object(String json, Class<T> type) {
        Optional<StrictJson.Value> value = StrictJson.read(json);
        require(value.isPresent() && type.isInstance(value.get().value()), "only JSON is accepted, and only JSON is rendered");
        return type.cast(value.get().value());
    }

    /** The first byte chooses the status. */
    private static void error(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int status = 201 + (input[0] & 0xFF) * 398 / 255;
        try {
            new LeanAnswer(status, null, null, Arrays.copyOfRange(input, 1, input.length)).token(request(), PROOF, CONFIG, NOW);
            throw new AssertionError("only status 200 has a token");
        } catch (TokenException e) {
            if (e.error() != TokenError.REFUSED_BY_LEAN) {
                Refusals.check("lean-error", withoutStatus(e));
                return;
            }
            require(e.response().status() == status && status >= 400 && status < 500, "only a rejection is passed on");
            object(e.response().json());
            require(!e.response().json().contains(SECRET), "the secret of this service is passed on to nobody");
            require(!e.getMessage().contains("error_description"), "the log does not quote Lean's error");
        }
    }

    private static String withoutStatus(TokenException e) {
        return e.response().members().get("error_description").toString().replaceAll("\\d{3}", "4xx");
    }

    private static void retryAfter(byte[] input) {
        try {
            new LeanAnswer(429, new String(input, ISO_8859_1), null, new byte[0]).token(request(), PROOF, CONFIG, NOW);
            throw new AssertionError("a throttled call has no token");
        } catch (TokenException e) {
            Duration wait = e.response().retryAfter().orElse(Duration.ZERO);
            require(!wait.isNegative() && wait.compareTo(Duration.ofHours(1)) <= 0, "no wait is longer than an hour");
            String text = new String(input, ISO_8859_1).strip();
            if (text.matches("[0-9]{1,18}")) {
                require(wait.toSeconds() == Math.min(3600, Long.parseLong(text)) && wait.getNano() == 0, "seconds are seconds");
            }
            rfc1123(text).ifPresent(date -> require(
                    wait.equals(Duration.ofSeconds(Math.max(0, Math.min(3600, Duration.between(NOW, date).toSeconds())))),
                    "a date is a date"));
        }
    }

    private static void date(byte[] input) {
        String text = new String(input, ISO_8859_1);
        Optional<Instant> read = HttpDate.parse(text, NOW);
        rfc1123(text).ifPresent(date -> require(read.equals(Optional.of(date)), "a date is the one that Java reads"));
        read.ifPresent(date -> {
            LocalDateTime time = LocalDateTime.ofInstant(date, ZoneOffset.UTC);
            LocalDateTime now = LocalDateTime.ofInstant(NOW, ZoneOffset.UTC);
            require(time.getYear() >= 0 && time.getYear() <= 10_000, "a date has a year of four digits");
            require(!text.strip().matches("(?s).*[- ][0-9]{2}\\s+[0-9]{2}:.*") || text.matches("(?s).*[0-9]{4}.*")
                    || !time.isAfter(now.plusYears(50)) && time.isAfter(now.minusYears(50)),
                    "a year of two digits is a near one");
        });
    }

    /** @return the date of a text in exactly this format */
    private static Optional<Instant> rfc1123(String text) {
        try {
            ZonedDateTime date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            return DateTimeFormatter.RFC_1123_DATE_TIME.format(date).equals(text) && text.endsWith("GMT")
                    ? Optional.of(date.toInstant())
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static void key(byte[] input) {
        try {
            SigningKey key = SigningKey.read(new String(input, UTF_8), Optional.empty());
            require(key.algorithm().equals("RS256") || key.algorithm().equals("ES256"), "the algorithm is known");
            require(!key.toString().contains(key.key().toString()), "a key is masked");
        } catch (IllegalArgumentException e) {
            require(e.getCause() == null, "a cause could quote the key");
            Refusals.check("private-key", e.getMessage());
        }
    }
}
