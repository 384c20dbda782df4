package dev.leantokens.audit;

import java.util.Optional;
import java.util.concurrent.CancellationException;

import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Issuance;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.Scope;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;

/** A request for a token, whose outcome becomes one line. Used by one request, whose calls do not overlap. */
public final class AuditedRequest {

    /** Writes nothing. */
    static final AuditedRequest NOT_AUDITED = new AuditedRequest(null, null, null, null, null, null);

    private final AuditLog audit;
    private final Origin adapter;
    private final String address;
    private final String traceId;
    private final RoutingContext context;

    private AuditedCaller caller;
    private String leanClientId;
    private Scope scope;
    private boolean ended;

    AuditedRequest(AuditLog audit, Origin adapter, AuditedCaller caller, String address, String traceId,
            RoutingContext context) {
        this.audit = audit;
        this.adapter = adapter;
        this.caller = caller;
        this.address = address;
        this.traceId = traceId;
        this.context = context;
    }

    /**
     * Sets who the request is of, which can have authenticated meanwhile.
     *
     * @param sent credentials for Lean that the caller has sent; their client is named only if Lean has accepted them
     */
    public void isOf(AuditedCaller authenticated, Optional<ClientCredentials> sent) {
        if (audit != null) {
            caller = authenticated;
            leanClientId = sent.isPresent() ? sent.get().clientId() : null;
        }
    }

    /** @param requested the scope, whether the caller may have it or not */
    public void isFor(Scope requested) {
        if (audit != null) {
            scope = requested;
        }
    }

    /** @return the same failure, of which there is a line */
    public TokenException refused(TokenException failure) {
        if (audit == null || !end()) {
            return failure;
        }
        AuditLine line = start();
        audit.lines().endRefused(line, failure);
        audit.add(line);
        return failure.audited();
    }

    /** @return the same outcome, of which there will be a line; if the audit is required, a token follows its line */
    public Issuance outcome(Issuance issuance) {
        if (audit == null) {
            return issuance;
        }
        if (issuance instanceof IssuedToken issued && !audit.isRequired()) {
            return issued(issued);
        }
        Uni<IssuedToken> token = issuance.toUni();
        return new Issuance.Pending(
                (audit.isRequired() ? token.chain(this::issuedAfterItsLine) : token.map(this::issued))
                        .onFailure(TokenException.class)
                        .transform(failure -> isUnaudited(failure) ? failure : refused(failure))
                        .onCancellation().invoke(this::gone));
    }

    /** The line of such a failure is written when it is recorded: its own line was withdrawn. */
    private static boolean isUnaudited(TokenException failure) {
        return failure.error() == TokenError.AUDIT_UNAVAILABLE;
    }

    /** A token is only passed on with a line that says so. */
    private IssuedToken issued(IssuedToken issued) {
        if (!end()) {
            throw new CancellationException("there is another line already");
        }
        audit.add(line(issued));
        return issued;
    }

    private Uni<IssuedToken> issuedAfterItsLine(IssuedToken issued) {
        if (!end()) {
            return Uni.createFrom().failure(new CancellationException("there is another line already"));
        }
        Context eventLoop = Vertx.currentContext();
        return Uni.createFrom().emitter(emitter -> audit.add(line(issued), written -> eventLoop.runOnContext(now -> {
            if (written) {
                emitter.complete(issued);
            } else {
                emitter.fail(unavailable());
            }
        })));
    }

    private static TokenException unavailable() {
        return TokenError.AUDIT_UNAVAILABLE
                .because("the audit cannot be written at the moment, without which this service issues no tokens")
                .retryAfter(AuditLog.RETRY);
    }

    private AuditLine line(IssuedToken issued) {
        AuditLine line = start();
        audit.lines().endIssued(line, issued, leanClientId);
        return line;
    }

    /** Writes that the caller has left, unless there is a line. */
    void gone() {
        if (end()) {
            AuditLine line = start();
            audit.lines().endGone(line);
            audit.add(line);
        }
    }

    private AuditLine start() {
        AuditLine line = audit.lines().start(adapter, client(), address, traceId);
        if (scope != null) {
            audit.lines().addScope(line, scope);
        }
        return line;
    }

    private AuditedClient client() {
        AuditedClient client = caller.auditedClient();
        return client == AuditedClient.ANONYMOUS && leanClientId != null ? AuditedClient.OF_LEAN : client;
    }

    /** @return whether there is no line yet; a caller can go on one thread while its token comes on another */
    private synchronized boolean end() {
        if (ended || adapter == Origin.REST && AuditLog.isAudited(context)) {
            return false;
        }
        ended = true;
        AuditLog.setAudited(context);
        return true;
    }
}
