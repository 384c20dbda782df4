package dev.leantokens.access;

import java.util.List;
import java.util.Optional;

import dev.leantokens.audit.AuditedClient;
import dev.leantokens.issuer.FederatedIdentity;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;

/** A client that has presented a token of a trusted issuer. What it may request follows from the token's claims. */
record FederatedClient(FederatedIdentity identityOfToken) implements VerifiedClient {

    /** @return the token's subject, which is the client identifier (RFC 7523 §3) */
    @Override
    public String id() {
        return identityOfToken.subject();
    }

    /** No id of a local client contains a colon, and an issuer's id has neither a colon nor a line break. */
    @Override
    public String identity() {
        return identityOfToken.issuer() + ':' + identityOfToken.name() + '\n' + identityOfToken.subject();
    }

    /** Without spaces in the name, which some issuers let users choose: it must not look like a part of the log's sentences. */
    @Override
    public String account() {
        String name = identityOfToken.name();
        boolean plain = name.indexOf(' ') < 0 && name.indexOf('%') < 0;
        return "caller " + identityOfToken.issuer() + ':' + (plain ? name : name.replace("%", "%25").replace(" ", "%20"));
    }

    @Override
    public AuditedClient audited() {
        return AuditedClient.federated(identityOfToken.issuer(), identityOfToken.subject());
    }

    @Override
    public List<ScopePattern> scopes() {
        return identityOfToken.scopes();
    }

    @Override
    public Optional<Scope> defaultScope() {
        return Optional.empty();
    }
}
