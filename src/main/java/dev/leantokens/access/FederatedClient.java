package dev.leantokens.access;

import java.util.List;
import java.util.Optional;

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

    @Override
    public String account() {
        return "caller " + identityOfToken.issuer() + ':' + identityOfToken.name();
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
