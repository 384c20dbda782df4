package dev.leantokens.access;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.access.AccessConfig.CallerCredentials;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.issuer.FederatedIdentity;
import dev.leantokens.issuer.JwtShape;
import dev.leantokens.issuer.TokenVerifier;
import dev.leantokens.issuer.Verification;
import dev.leantokens.issuer.Verification.Pending;
import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Verified;
import dev.leantokens.token.ClientAssertion;
import dev.leantokens.token.ClientCredentials;
import io.vertx.core.http.HttpConnection;

/**
 * Authenticates callers: by the certificate of their connection, by the {@code Authorization} header, or by the members of a
 * request. Thread-safe.
 */
@Singleton
class CallerAuthentication {

    /** Both ways in which an encoded JSON object starts. */
    private static final String START_OF_JWT = "Bearer e";

    /** An issuer is asked once in this time. */
    private static final Duration RETRY_KEYS = Duration.ofSeconds(30);

    private final AccessConfig config;
    private final ConfiguredClients clients;

    CallerAuthentication(AccessConfig config, ConfiguredClients clients) {
        this.config = config;
        this.clients = clients;
    }

    /**
     * @param connection of a request; this is called on its event loop
     * @return the client that the connection's certificate belongs to
     * @throws TokenException {@code invalid_client} if it belongs to several
     */
    Optional<LocalClient> certified(HttpConnection connection) {
        return CertifiedConnection.client(connection, clients.current().clients());
    }

    /**
     * @param headers the request's {@code Authorization} headers
     * @param token what a token in the header must fulfil
     * @return the client that the header authenticates; empty without a header, or if it is not meant for this service
     * @throws TokenException {@code invalid_client} if the client is unknown, its secret is wrong, its token is refused, or the
     *         scheme is not supported; {@code invalid_request} if the header is repeated or malformed, or a secret for Lean is
     *         not form-encoded
     * @throws KeysAwaited if a token can only be decided about later
     */
    Optional<Client> authenticate(List<String> headers, TokenDemands token) {
        if (headers.isEmpty()) {
            return Optional.empty();
        }
        KnownCallers known = clients.current();
        LocalClients local = known.clients();
        if (headers.size() > 1 || local.size() == 0 || known.issuers().isPresent() && mayHaveJwt(headers.get(0))) {
            return read(headers, token, known);
        }
        return local.headers().client(headers.get(0), () -> read(headers, token, known));
    }

    /** A token is remembered where it is verified: the header would be digested for nothing. */
    private static boolean mayHaveJwt(String header) {
        return header.regionMatches(true, 0, START_OF_JWT, 0, START_OF_JWT.length());
    }

    private Optional<Client> read(List<String> headers, TokenDemands token, KnownCallers known) {
        return AuthorizationHeader.read(headers).flatMap(header -> authenticate(header, token, known));
    }

    private Optional<Client> authenticate(AuthorizationHeader header, TokenDemands token, KnownCallers known) {
        if (header.clientId().isPresent()) {
            return Optional.of(authenticate(header.clientId().get(), header, known));
        }
        if (known.issuers().isPresent() && JwtShape.matches(header.sentSecret())) {
            return Optional.of(federatedClient(header.sentSecret(), known.issuers().get(), token));
        }
        if (known.clients().size() == 0 && known.issuers().isEmpty() && config.anonymous() == Anonymous.ALWAYS) {
            // A token of the platform in front, which has authenticated the caller by it and passes it on.
            return Optional.empty();
        }
        return Optional.of(known.clients().find(header.sentSecret()).orElseThrow(CallerAuthentication::unknownClient));
    }

    /**
     * @param sent a token among the members of a request (RFC 7523 §2.2)
     * @param token what it must fulfil
     * @return the client that it authenticates
     * @throws TokenException {@code invalid_client} if it is refused; {@code invalid_request} if it is not of the client
     *         that the request names
     * @throws KeysAwaited if it can only be decided about later
     */
    Client authenticate(ClientAssertion sent, TokenDemands token) {
        TokenVerifier issuers = clients.current().issuers()
                .orElseThrow(() -> TokenError.CALLER_REFUSED.because("client assertions are not accepted here"));
        if (!JwtShape.matches(sent.token())) {
            throw TokenError.CALLER_REFUSED.because("the client assertion is not a signed token (JWT)");
        }
        Client client = federatedClient(sent.token(), issuers, token);
        if (sent.clientId().isPresent() && !sent.clientId().get().equals(client.id())) {
            throw TokenError.INVALID_REQUEST.because("client_id is not the subject of the client assertion");
        }
        return client;
    }

    private static Client federatedClient(String jwt, TokenVerifier issuers, TokenDemands token) {
        Verification verification = issuers.verify(jwt, token.audience());
        if (verification instanceof Verified verified) {
            FederatedIdentity identity = verified.identity();
            if (identity.certificate().isPresent() && !token.haveCertificate(identity.certificate().get())) {
                throw TokenError.CALLER_REFUSED
                        .because("the token is bound to a certificate, which this connection does not have");
            }
            return new FederatedClient(identity);
        }
        if (verification instanceof Refused refused) {
            throw TokenError.CALLER_REFUSED.because(refused.reason());
        }
        if (verification instanceof Pending pending) {
            throw new KeysAwaited(pending.keys());
        }
        throw keysUnavailable();
    }

    /** @return the error for a token whose issuer's keys cannot be obtained */
    static TokenException keysUnavailable() {
        return TokenError.ISSUER_UNAVAILABLE.because("the keys of the token's issuer cannot be obtained at the moment")
                .retryAfter(RETRY_KEYS);
    }

    /**
     * Decodes secrets for Lean as RFC 6749 requires, so that Lean gets the right one; accepts local ones as clients send them.
     */
    private Client authenticate(String id, AuthorizationHeader basic, KnownCallers known) {
        if (LeanIssuedClient.isId(id)) {
            return leanIssuedClient(new ClientCredentials(id, basic.formDecodedSecret()));
        }
        requireNoJwt(basic.sentSecret(), known);
        return known.clients().find(id, basic.readings()).orElseThrow(CallerAuthentication::unknownClient);
    }

    /** @throws TokenException {@code invalid_client} if the client is unknown or its secret is wrong */
    Client authenticate(ClientCredentials sent) {
        if (LeanIssuedClient.isId(sent.clientId())) {
            return leanIssuedClient(sent);
        }
        KnownCallers known = clients.current();
        requireNoJwt(sent.clientSecret(), known);
        return known.clients().find(sent.clientId(), sent.clientSecret()).orElseThrow(CallerAuthentication::unknownClient);
    }

    /** With issuers, a token is looked at as one, and so never in place of a secret. */
    private static void requireNoJwt(String secret, KnownCallers known) {
        if (known.issuers().isPresent() && JwtShape.matches(secret)) {
            throw TokenError.CALLER_REFUSED.because("a token is no client secret: send it as Bearer, or as client_assertion");
        }
    }

    /**
     * @param sent credentials that only Lean verifies
     * @throws TokenException {@code invalid_client} if the id is not one of Lean's, or they are not accepted here
     */
    Client leanIssuedClient(ClientCredentials sent) {
        if (!LeanIssuedClient.isId(sent.clientId())) {
            throw TokenError.CALLER_REFUSED.because("client_id is not a UUID, as Lean's client ids are; "
                    + "a local client authenticates with the Authorization header of the MCP client's configuration");
        }
        if (config.callerCredentials() == CallerCredentials.REFUSED) {
            throw TokenError.CALLER_REFUSED.because("this service does not accept callers' Lean credentials");
        }
        return new LeanIssuedClient(sent);
    }

    private static TokenException unknownClient() {
        return TokenError.CALLER_REFUSED.because("the client is unknown or its secret is wrong");
    }
}
