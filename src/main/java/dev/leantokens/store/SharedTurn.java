package dev.leantokens.store;

import dev.leantokens.token.TokenStore.Wish;

/**
 * What identifies a replica's turn for a token.
 *
 * @param key seals what it shares
 * @param owner identifies the turn in the lock
 */
record SharedTurn(Wish wish, StoreKey key, TokenPlace place, String owner) {

    /** @param name the key in Redis that the content is for */
    byte[] seal(String name, byte[] content) {
        return Seal.seal(key, name, content);
    }

    @Override
    public String toString() {
        return "SharedTurn[" + wish + "]";
    }
}
