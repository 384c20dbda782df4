package dev.leantokens.soak;

import java.util.Optional;

import dev.leantokens.token.ClientCredentials;

/**
 * A well-formed access token request.
 *
 * @param kind the expected outcome
 * @param credentials the client that the token is for
 * @param sendsCredentials whether the request contains the credentials; otherwise they are the service's
 * @param jwt the signed token with which the caller authenticates
 */
record TokenRequest(Kind kind, ClientCredentials credentials, boolean sendsCredentials, String scope, Optional<String> jwt) {

    TokenRequest(Kind kind, ClientCredentials credentials, boolean sendsCredentials, String scope) {
        this(kind, credentials, sendsCredentials, scope, Optional.empty());
    }

    /** The expected outcome of a request. */
    enum Kind {
        /** A token, from the cache or from Lean. */
        ANY_TOKEN,
        /** A token from Lean: the request says no-cache. */
        FRESH_TOKEN,
        /** No token: the secret or the caller's signed token is wrong. */
        WRONG_CREDENTIALS,
        /** No token: the caller's signed token does not permit the scope. */
        FOREIGN_SCOPE
    }

    boolean isFor(MarkedToken token) {
        return token.clientId().equals(credentials.clientId()) && token.scope().equals(scope)
                && token.secretHash().equals(MarkedToken.hash(credentials.clientSecret()));
    }

    /** Excludes the secret and the caller's signed token. */
    @Override
    public String toString() {
        return "%s of %s (%s credentials%s) for %s".formatted(kind, credentials.clientId(),
                sendsCredentials ? "caller's" : "service's", jwt.isPresent() ? ", with a JWT" : "", scope);
    }
}
