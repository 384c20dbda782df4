package dev.leantokens.soak;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.leantokens.soak.Ask.Kind;
import dev.leantokens.soak.Figures.Source;
import io.vertx.core.json.JsonObject;

/** Says whether an answer is one that the README allows for its request. What it does not is a finding. */
final class AnswerCheck {

    /**
     * How much more validity a token may be said to have than there was when it was asked for: who joins a call to Lean at its
     * end gets what Lean said a moment before. Reckoned from the receipt, a busy machine would be found wrong.
     */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    /** Failures of Lean's, by the status that they have over REST. */
    private static final Map<Integer, String> FAILURES = Map.of(429, "temporarily_unavailable", 502, "server_error", 503,
            "temporarily_unavailable", 504, "temporarily_unavailable");

    private static final String REFUSAL = "invalid_client";
    private static final Set<String> TOKEN_MEMBERS = Set.of("access_token", "scope", "token_type", "expires_in");

    private final Findings findings;
    private final KnownTokens known = new KnownTokens();

    AnswerCheck(Findings findings) {
        this.findings = findings;
    }

    /** @param members the token response */
    void token(Ask ask, JsonObject members, Source source, Reply reply) {
        String text = members.getString("access_token", "");
        Optional<MarkedToken> read = MarkedToken.read(text);
        if (read.isEmpty() || !members.fieldNames().equals(TOKEN_MEMBERS)
                || !ask.scope().equals(members.getValue("scope")) || !"Bearer".equals(members.getValue("token_type"))
                || !(members.getValue("expires_in") instanceof Number expiresIn)) {
            findings.add("not a token response", ask + ": " + reply);
            return;
        }
        MarkedToken token = read.get();
        if (ask.kind() == Kind.WRONG_SECRET) {
            findings.add("a token for a wrong secret", ask + ": " + reply);
        } else if (!ask.isFor(token)) {
            findings.add("another one's token", ask + ": " + reply);
        }
        Duration left = Duration.between(reply.receivedAt(), token.expiresAt());
        if (left.isNegative()) {
            findings.add("an expired token", ask + ": " + left + " left: " + reply);
        }
        Duration most = Duration.between(reply.sentAt(), token.expiresAt()).plus(TOLERANCE);
        if (expiresIn.longValue() < 0 || expiresIn.longValue() > most.toSeconds()) {
            findings.add("expires_in is not what is left", ask + ": " + expiresIn + " of " + left + ": " + reply);
        }
        if (source == Source.HIT && expiresIn.longValue() < minimum(ask).toSeconds() - 1) {
            findings.add("a token with less than the minimum validity is called a hit", ask + ": " + reply);
        }
        known.seen(ask, token, expiresIn.longValue(), source == Source.HIT || source == Source.STALE, reply.sentAt(),
                reply.receivedAt());
    }

    private static Duration minimum(Ask ask) {
        return ask.scope().equals("api") ? Application.MINIMUM_VALIDITY : Application.CUSTOMER_MINIMUM_VALIDITY;
    }

    /** @param status empty over MCP, where there is none */
    void error(Ask ask, Optional<Integer> status, JsonObject members, Reply reply) {
        String code = members.getString("error", "");
        boolean refusal = code.equals(REFUSAL) && status.map(number -> number == 401).orElse(true);
        boolean failure = status.map(number -> code.equals(FAILURES.get(number))).orElse(FAILURES.containsValue(code));
        if (refusal ? ask.kind() != Kind.WRONG_SECRET : !failure) {
            findings.add("an error that this request cannot have", ask + ": " + reply);
        }
        String description = description(members);
        if (description.isEmpty() || description.contains("this service failed") || description.contains("LEAN_CLIENT")) {
            findings.add("an error for the wrong reason", ask + ": " + reply);
        }
        if (ask.kind() == Kind.ANY_TOKEN) {
            known.validThroughout(ask, reply.sentAt(), reply.receivedAt()).ifPresent(until -> findings.add(
                    "an error although there is a token", ask + ": one is valid until " + until + ": " + reply));
        }
    }

    /** An answer to a request that is wrong in itself, which has no choice. */
    void refusal(String what, int expectedStatus, String expectedCode, int status, JsonObject members, Reply reply) {
        if (status != expectedStatus || !expectedCode.equals(members.getValue("error")) || description(members).isEmpty()) {
            findings.add("a malformed request is answered otherwise",
                    what + ": expected " + expectedStatus + " " + expectedCode + ": " + reply);
        }
    }

    void headers(Reply reply) {
        boolean json = reply.header("Content-Type").orElse("").startsWith("application/json");
        boolean notStored = reply.header("Cache-Control").orElse("").equals("no-store");
        boolean saysWhen = !Set.of(429, 503, 504).contains(reply.status())
                || reply.header("Retry-After").filter(seconds -> seconds.matches("[1-9]\\d*")).isPresent();
        boolean challenges = reply.status() != 401 || reply.header("WWW-Authenticate").isPresent();
        if (!json || !notStored || !saysWhen || !challenges) {
            findings.add("a header is missing", reply.toString());
        }
    }

    private static String description(JsonObject members) {
        return members.getValue("error_description") instanceof String text ? text : "";
    }

    void unreadable(String what, Reply reply) {
        findings.add("not an answer at all", what + ": " + reply);
    }
}
