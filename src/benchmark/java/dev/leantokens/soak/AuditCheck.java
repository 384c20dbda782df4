package dev.leantokens.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import dev.leantokens.error.TokenError;
import io.vertx.core.json.JsonObject;

/**
 * Compares the audits of all replicas with the responses that the load has received: each token, by its hash, and each error,
 * by its kind. Any
 * difference is a finding, and so is a token that had expired by the time of its line. Thread-safe.
 */
final class AuditCheck {

    /** The attackers call from other addresses, except for one, whose requests are refused by this reason. */
    private static final String OF_THE_LOAD = "127.0.0.1";
    private static final String ATTACKERS_REASON = "foreign_host";

    private static final String MCP = "/mcp";

    private final Findings findings;
    private final Map<String, AtomicLong> received = new ConcurrentHashMap<>();
    private final AtomicLong missing = new AtomicLong();
    /** By the hash of the token. */
    private final Map<String, Instant> expiries = new ConcurrentHashMap<>();

    AuditCheck(Findings findings) {
        this.findings = findings;
    }

    /** Adds a response to the account, unless it is one of MCP that has nothing to do with a token. */
    void received(Reply reply) {
        boolean mcp = reply.response().uri().getPath().startsWith(MCP);
        reply.json().flatMap(json -> mcp ? ofMcp(json, reply.status()) : Optional.of(ofRest(json, reply.status())))
                .ifPresent(end -> count(received, end));
    }

    /** A request has got no response, which is a finding of its own. */
    void missed() {
        missing.incrementAndGet();
    }

    /** @param token as it was received */
    void received(MarkedToken token) {
        expiries.put(hash(token.text()), token.expiresAt());
    }

    private static String ofRest(JsonObject json, int status) {
        String token = json.getString("access_token");
        return token == null ? "rest " + status + " " + json.getString("error") : "rest issued " + hash(token);
    }

    private static Optional<String> ofMcp(JsonObject json, int status) {
        if (json.getValue("error") instanceof String code) {
            return Optional.of("mcp " + code);
        }
        if (status >= 400) {
            return Optional.of("mcp " + TokenError.INVALID_REQUEST.code());
        }
        JsonObject result = json.getJsonObject("result");
        if (result == null || result.getJsonArray("content") == null) {
            return Optional.empty();
        }
        JsonObject text = new JsonObject(result.getJsonArray("content").getJsonObject(0).getString("text"));
        return Optional.of(result.getBoolean("isError", false) ? "mcp " + text.getString("error")
                : "mcp issued " + hash(text.getString("access_token")));
    }

    /** @return the number of lines about the load's requests */
    long check(List<Path> audits) throws IOException {
        Map<String, AtomicLong> audited = new ConcurrentHashMap<>();
        for (Path audit : audits) {
            try (var lines = Files.lines(audit)) {
                lines.map(JsonObject::new).filter(line -> OF_THE_LOAD.equals(line.getString("caller_address"))
                        && !ATTACKERS_REASON.equals(line.getString("reason"))).forEach(line -> count(audited, endOf(line)));
            }
        }
        TreeSet<String> ends = new TreeSet<>(received.keySet());
        ends.addAll(audited.keySet());
        AtomicLong none = new AtomicLong();
        long unanswered = missing.get();
        for (String end : ends) {
            long lines = audited.getOrDefault(end, none).get();
            long responses = received.getOrDefault(end, none).get();
            unanswered -= Math.max(0, lines - responses);
            // A request whose response was not received may have a line.
            if (lines < responses || unanswered < 0) {
                findings.add("the audit and the responses differ", end + ": " + lines + " lines, " + responses + " responses");
            }
        }
        return audited.values().stream().mapToLong(AtomicLong::get).sum();
    }

    private String endOf(JsonObject line) {
        String adapter = line.getString("adapter");
        if (line.getString("outcome").equals("issued")) {
            Instant expiry = expiries.getOrDefault(line.getString("token_sha256"), Instant.MAX);
            if (!Instant.parse(line.getString("time")).isBefore(expiry)) {
                findings.add("an expired token in the audit", line + ", which expired at " + expiry);
            }
            return adapter + " issued " + line.getString("token_sha256");
        }
        String status = adapter.equals("rest") ? " " + line.getInteger("status") : "";
        return adapter + status + " " + codeOf(line.getString("reason"));
    }

    private static String codeOf(String reason) {
        if (reason.equals(TokenError.REFUSED_BY_LEAN.reason())) {
            // What Lean answers to a wrong secret.
            return TokenError.CALLER_REFUSED.code();
        }
        try {
            return TokenError.valueOf(reason.toUpperCase(Locale.ROOT)).code();
        } catch (IllegalArgumentException e) {
            return reason;
        }
    }

    private static void count(Map<String, AtomicLong> counts, String end) {
        counts.computeIfAbsent(end, unknown -> new AtomicLong()).incrementAndGet();
    }

    private static String hash(String token) {
        try {
            return Base64.getUrlEncoder().withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
