package dev.leantokens.store;

import java.util.List;

import dev.leantokens.token.TokenKey;
import dev.leantokens.token.TokenStore.Extent;
import dev.leantokens.token.TokenStore.Wish;

/**
 * The keys in Redis that belong to a token. All are in one slot.
 *
 * @param token the token
 * @param lock the turn of the replica that requests the token from Lean
 * @param credentialsRefusal Lean's refusal of the credentials
 * @param scopeRefusal Lean's refusal of the credentials for the token's scope
 */
record TokenPlace(String token, String lock, String credentialsRefusal, String scopeRefusal) {

    static TokenPlace of(StoreNames names, StoreKey key, Wish wish) {
        TokenKey token = wish.key();
        // The id is last, since it is the only part that could contain the separator.
        String digest = key.digest("token\n" + token.credentials() + '\n' + token.certificate() + '\n' + token.scope().value()
                + '\n' + token.clientId());
        String credentials = key.digest("credentials\n" + wish.fingerprint());
        String scope = key.digest("scope\n" + token.scope().value() + '\n' + wish.fingerprint());
        return new TokenPlace(names.client(key, token.clientId(), "t:" + digest),
                names.client(key, token.clientId(), "l:" + digest),
                names.client(key, token.clientId(), "r:" + credentials),
                names.client(key, token.clientId(), "r:" + scope));
    }

    List<String> all() {
        return List.of(token, lock, credentialsRefusal, scopeRefusal);
    }

    String refusal(Extent extent) {
        return extent == Extent.CREDENTIALS ? credentialsRefusal : scopeRefusal;
    }

    @Override
    public String toString() {
        return "TokenPlace[masked]";
    }
}
