package dev.leantokens.soak;

import dev.leantokens.token.ClientCredentials;

/**
 * A well-formed access token request.
 *
 * @param kind the expected outcome
 * @param credentials the client that the token is for
 * @param sendsCredentials whether the request contains the credentials; otherwise they are the service's
 */
record TokenRequest(Kind kind, ClientCredentials credentials, boolean sendsCredentials, String scope) {

    /** The expected outcome of a request. */
    enum Kind {
        /** A token, from the cache or from Lean. */
        ANY_TOKEN,
        /** A token from Lean: the request says no-cache. */
        FRESH_TOKEN,
        /** No token: the secret is wrong. */
        WRONG_SECRET
    }

    boolean isFor(MarkedToken token) {
        return token.clientId().equals(credentials.clientId()) && token.scope().equals(scope)
                && token.secretHash().equals(MarkedToken.hash(credentials.clientSecret()));
    }

    /** Excludes the secret. */
    @Override
    public String toString() {
        return "%s of %s (%s credentials) for %s".formatted(kind, credentials.clientId(),
                sendsCredentials ? "caller's" : "service's", scope);
    }
}
