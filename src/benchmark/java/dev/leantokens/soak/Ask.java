package dev.leantokens.soak;

import dev.leantokens.token.ClientCredentials;

/**
 * A well-formed request for a token.
 *
 * @param kind what may come of it
 * @param credentials whose token it is for
 * @param own whether the credentials are sent along; else they are the service's
 */
record Ask(Kind kind, ClientCredentials credentials, boolean own, String scope) {

    /** What may come of a request. */
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

    /** Without the secret. */
    @Override
    public String toString() {
        return "%s of %s (%s credentials) for %s".formatted(kind, credentials.clientId(), own ? "own" : "the service's", scope);
    }
}
