package dev.leantokens.audit;

import io.vertx.ext.web.RoutingContext;

/** The caller of a request, as far as the audit names it. */
public interface AuditedCaller {

    /** The attribute of a request under which its caller is stored. */
    String KEY = AuditedCaller.class.getName();

    /** @return the client that it has authenticated as; {@link AuditedClient#ANONYMOUS} if it has not */
    AuditedClient auditedClient();

    /** @return the client of a request's caller */
    static AuditedClient clientOf(RoutingContext context) {
        AuditedCaller caller = context.get(KEY);
        return caller == null ? AuditedClient.ANONYMOUS : caller.auditedClient();
    }
}
