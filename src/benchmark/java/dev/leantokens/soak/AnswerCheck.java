package dev.leantokens.soak;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.leantokens.soak.Disturbance.Party;
import dev.leantokens.soak.Figures.Source;
import dev.leantokens.soak.TokenRequest.Kind;
import io.vertx.core.json.JsonObject;

/** Checks that a response of one replica is one that the documentation allows for its request. Any other is a finding. */
final class AnswerCheck {

    /**
     * How far {@code expires_in} may exceed the validity at the time of the request: a caller that joins a call to Lean at its
     * end gets what Lean said just before. Measured from the receipt of the response, a busy machine would cause findings.
     */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    /** The error codes of failures of Lean by their status over REST. */
    private static final Map<Integer, String> FAILURES = Map.of(429, "temporarily_unavailable", 502, "server_error", 503,
            "temporarily_unavailable", 504, "temporarily_unavailable");

    private static final String REFUSAL = "invalid_client";
    private static final String INVALID_SCOPE = "invalid_scope";
    private static final String ISSUER_UNAVAILABLE = "keys of the token's issuer";
    /** From the end of an outage until keys are fetched again: the pause after a fetch that failed, and that fetch. */
    private static final Duration KEYS_UNKNOWN = Duration.ofSeconds(36);
    private static final String UNKNOWN_KEY = "the key of the token (kid) is not one of its issuer";
    /** In this time, two keys can be new of which the second one is not looked for, as SECURITY.md says of unknown keys. */
    private static final Duration KEYS_PAUSED = KEYS_UNKNOWN.multipliedBy(2);

    private static final Set<String> TOKEN_MEMBERS = Set.of("access_token", "scope", "token_type", "expires_in");

    private final Findings findings;
    private final Journal journal;
    private final AuditCheck audit;
    /** By one replica, since a token of another one may be lost with the store. */
    private final KnownTokens known = new KnownTokens();

    AnswerCheck(Findings findings, Journal journal, AuditCheck audit) {
        this.audit = audit;
        this.findings = findings;
        this.journal = journal;
    }

    /** @param members the token response */
    void token(TokenRequest wanted, JsonObject members, Source source, Reply reply) {
        String text = members.getString("access_token", "");
        Optional<MarkedToken> read = MarkedToken.read(text);
        if (read.isEmpty() || !members.fieldNames().equals(TOKEN_MEMBERS)
                || !wanted.scope().equals(members.getValue("scope")) || !"Bearer".equals(members.getValue("token_type"))
                || !(members.getValue("expires_in") instanceof Number expiresIn)) {
            findings.add("not a token response", wanted + ": " + reply);
            return;
        }
        MarkedToken token = read.get();
        audit.received(token);
        if (wanted.kind() == Kind.WRONG_CREDENTIALS || wanted.kind() == Kind.FOREIGN_SCOPE) {
            findings.add("a token for a caller that may not have it", wanted + ": " + reply);
        } else if (!wanted.isFor(token)) {
            findings.add("a token of another client or scope", wanted + ": " + reply);
        }
        Duration remaining = Duration.between(reply.receivedAt(), token.expiresAt());
        Duration expired = Duration.between(token.expiresAt(), validUntilAtLeast(reply));
        if (!expired.isNegative()) {
            findings.addAboutTime("an expired token", wanted + ": " + remaining + " remaining: " + reply, reply.sentAt(),
                    reply.receivedAt(), expired);
        }
        Duration maximum = Duration.between(reply.sentAt(), token.expiresAt()).plus(TOLERANCE);
        if (expiresIn.longValue() < 0 || expiresIn.longValue() > maximum.toSeconds()) {
            findings.addAboutTime("expires_in exceeds the remaining validity",
                    wanted + ": " + expiresIn + " of " + remaining + ": " + reply, reply.sentAt(), reply.receivedAt(),
                    Duration.ofSeconds(expiresIn.longValue()).minus(maximum));
        }
        if (source == Source.HIT && expiresIn.longValue() < minimum(wanted).toSeconds() - 1) {
            findings.add("a hit with less than the minimum validity", wanted + ": " + reply);
        }
        known.seen(wanted, token, expiresIn.longValue(), source == Source.HIT || source == Source.STALE, reply.sentAt(),
                reply.receivedAt());
    }

    /**
     * @return the time until which the token must be valid: that of the receipt; or that of the freeze, for a request that was
     *         sent before the replica froze, which may have chosen the token by then
     */
    private Instant validUntilAtLeast(Reply reply) {
        return journal.frozenDuring(reply.replica(), reply.sentAt(), reply.receivedAt()).orElse(reply.receivedAt());
    }

    private static Duration minimum(TokenRequest wanted) {
        return wanted.scope().equals("api") ? Application.MINIMUM_VALIDITY : Application.CUSTOMER_MINIMUM_VALIDITY;
    }

    /** @param status the HTTP status; empty over MCP */
    void error(TokenRequest wanted, Optional<Integer> status, JsonObject members, Reply reply) {
        String code = members.getString("error", "");
        if (code.equals(INVALID_SCOPE) && wanted.kind() == Kind.FOREIGN_SCOPE && status.orElse(400) == 400) {
            return;
        }
        if (wanted.jwt().isPresent() && description(members).equals(UNKNOWN_KEY)
                && journal.count(Party.ISSUER, reply.sentAt().minus(KEYS_PAUSED), reply.receivedAt()) > 1) {
            return;
        }
        boolean refusal = code.equals(REFUSAL) && status.map(number -> number == 401).orElse(true);
        boolean failure = status.map(number -> code.equals(FAILURES.get(number))).orElse(FAILURES.containsValue(code));
        if (refusal ? wanted.kind() != Kind.WRONG_CREDENTIALS : !failure) {
            findings.add("an unexpected error", wanted + ": " + reply);
        }
        String description = description(members);
        if (description.isEmpty() || description.contains("this service failed") || description.contains("LEAN_CLIENT")) {
            findings.add("an error for the wrong reason", wanted + ": " + reply);
        }
        if (description.contains(ISSUER_UNAVAILABLE)) {
            if (wanted.jwt().isEmpty()
                    || !journal.disturbed(Party.ISSUER, reply.sentAt().minus(KEYS_UNKNOWN), reply.receivedAt())) {
                findings.add("an error for the wrong reason", wanted + ": " + reply);
            }
        } else if (wanted.kind() == Kind.ANY_TOKEN) {
            known.validThroughout(wanted, reply.sentAt(), reply.receivedAt()).ifPresent(until -> findings.add(
                    "an error although a token is cached", wanted + ": one is valid until " + until + ": " + reply));
        }
    }

    /** Checks the response to a malformed request, to which only one is correct. */
    void refusal(String what, int expectedStatus, String expectedCode, int status, JsonObject members, Reply reply) {
        if (status != expectedStatus || !expectedCode.equals(members.getValue("error")) || description(members).isEmpty()) {
            findings.add("a wrong response to a malformed request",
                    what + ": expected " + expectedStatus + " " + expectedCode + ": " + reply);
        }
    }

    void headers(Reply reply) {
        boolean json = reply.header("Content-Type").orElse("").startsWith("application/json");
        boolean notStored = reply.header("Cache-Control").orElse("").equals("no-store");
        boolean hasRetryAfter = !Set.of(429, 503, 504).contains(reply.status())
                || reply.header("Retry-After").filter(seconds -> seconds.matches("[1-9]\\d*")).isPresent();
        boolean challenges = reply.status() != 401 || reply.header("WWW-Authenticate").isPresent();
        if (!json || !notStored || !hasRetryAfter || !challenges) {
            findings.add("a header is missing", reply.toString());
        }
    }

    private static String description(JsonObject members) {
        return members.getValue("error_description") instanceof String text ? text : "";
    }

    void unreadable(String what, Reply reply) {
        findings.add("an unreadable response", what + ": " + reply);
    }
}
