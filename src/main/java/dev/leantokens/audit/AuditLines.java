package dev.leantokens.audit;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;

import dev.leantokens.audit.AuditedClient.Kind;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.Scope;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;

/** Writes the members of the audit's lines, as {@code docs/reference/audit.schema.json} describes them. Thread-safe. */
final class AuditLines {

    private static final int VERSION = 1;

    private static final byte[] TIME = AuditLine.quoted("time");
    private static final byte[] SCHEMA_VERSION = AuditLine.quoted("version");
    private static final byte[] ADAPTER = AuditLine.quoted("adapter");
    private static final byte[] CALLER_KIND = AuditLine.quoted("caller_kind");
    private static final byte[] CALLER_ID = AuditLine.quoted("caller_id");
    private static final byte[] CALLER_ISSUER = AuditLine.quoted("caller_issuer");
    private static final byte[] CALLER_SUBJECT = AuditLine.quoted("caller_subject");
    private static final byte[] CALLER_ADDRESS = AuditLine.quoted("caller_address");
    private static final byte[] LEAN_CLIENT_ID = AuditLine.quoted("lean_client_id");
    private static final byte[] SCOPE_KIND = AuditLine.quoted("scope_kind");
    private static final byte[] CUSTOMER_ID = AuditLine.quoted("customer_id");
    private static final byte[] CUSTOMER_PSEUDONYM = AuditLine.quoted("customer_pseudonym");
    private static final byte[] OUTCOME = AuditLine.quoted("outcome");
    private static final byte[] REASON = AuditLine.quoted("reason");
    private static final byte[] STATUS = AuditLine.quoted("status");
    private static final byte[] CACHE_STATUS = AuditLine.quoted("cache_status");
    private static final byte[] EXPIRES_AT = AuditLine.quoted("expires_at");
    private static final byte[] TOKEN_SHA256 = AuditLine.quoted("token_sha256");
    private static final byte[] TRACE_ID = AuditLine.quoted("trace_id");

    private static final byte[] ISSUED = ascii("issued");
    private static final byte[] REFUSED = ascii("refused");
    private static final byte[] FAILED = ascii("failed");
    private static final byte[] API = ascii("api");
    private static final byte[] CUSTOMER = ascii("customer");
    private static final byte[] OTHER = ascii("other");
    /** The caller closed the connection, or the stream, before there was a token. */
    private static final byte[] CALLER_GONE = ascii("caller_gone");
    private static final byte[][] ADAPTERS = values(Origin.values().length);
    private static final byte[][] REASONS = values(TokenError.values().length);
    private static final byte[][] KINDS = values(Kind.values().length);

    static {
        for (Origin origin : Origin.values()) {
            ADAPTERS[origin.ordinal()] = ascii(origin.tag());
        }
        for (TokenError error : TokenError.values()) {
            REASONS[error.ordinal()] = ascii(error.reason());
        }
        for (Kind kind : Kind.values()) {
            KINDS[kind.ordinal()] = ascii(kind.value());
        }
    }

    private static final int OK = 200;
    private static final int FIRST_FAILURE = 500;

    private final Clock clock;
    private final Optional<CustomerPseudonyms> pseudonyms;
    /** One for each thread, which copies it before it writes another one. */
    private final FastThreadLocal<AuditLine> line = new FastThreadLocal<>() {

        @Override
        protected AuditLine initialValue() {
            return new AuditLine();
        }
    };

    /** @param pseudonyms of customers; empty if they are named by their ids */
    AuditLines(Clock clock, Optional<CustomerPseudonyms> pseudonyms) {
        this.clock = clock;
        this.pseudonyms = pseudonyms;
    }

    private static byte[][] values(int number) {
        return new byte[number][];
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** @param traceId null without a trace */
    AuditLine start(Origin adapter, AuditedClient client, String address, String traceId) {
        AuditLine started = line.get();
        started.start();
        started.time(TIME, clock.millis());
        started.version(SCHEMA_VERSION, VERSION);
        started.token(ADAPTER, ADAPTERS[adapter.ordinal()]);
        started.token(CALLER_KIND, KINDS[client.kind().ordinal()]);
        if (client.kind() == Kind.LOCAL_CLIENT) {
            started.text(CALLER_ID, client.id());
        } else if (client.kind() == Kind.ISSUER) {
            started.text(CALLER_ISSUER, client.issuer());
            started.text(CALLER_SUBJECT, client.id());
        }
        started.text(CALLER_ADDRESS, address);
        if (traceId != null) {
            started.text(TRACE_ID, traceId);
        }
        return started;
    }

    void addScope(AuditLine started, Scope scope) {
        if (scope.isCustomer()) {
            started.token(SCOPE_KIND, CUSTOMER);
            if (pseudonyms.isPresent()) {
                started.token(CUSTOMER_PSEUDONYM, pseudonyms.get().of(scope));
            } else {
                started.text(CUSTOMER_ID, scope.customer().orElseThrow());
            }
        } else {
            started.token(SCOPE_KIND, scope.equals(Scope.API) ? API : OTHER);
        }
    }

    /** @param leanClientId the client of Lean that the token was issued to, if it is the caller's own; null otherwise */
    void endIssued(AuditLine started, IssuedToken issued, String leanClientId) {
        if (leanClientId != null) {
            started.text(LEAN_CLIENT_ID, leanClientId);
        }
        started.token(OUTCOME, ISSUED);
        started.status(STATUS, OK);
        started.token(CACHE_STATUS, ((AsciiString) issued.cacheStatus()).array());
        if (issued.expiresAt().length() > 0) {
            started.token(EXPIRES_AT, ((AsciiString) issued.expiresAt()).array());
        }
        started.token(TOKEN_SHA256, issued.token().sha256());
        started.end();
    }

    void endRefused(AuditLine started, TokenException failure) {
        int status = failure.response().status();
        started.token(OUTCOME, status < FIRST_FAILURE ? REFUSED : FAILED);
        started.token(REASON, REASONS[failure.error().ordinal()]);
        started.status(STATUS, status);
        started.end();
    }

    void endGone(AuditLine started) {
        started.token(OUTCOME, FAILED);
        started.token(REASON, CALLER_GONE);
        started.end();
    }
}
