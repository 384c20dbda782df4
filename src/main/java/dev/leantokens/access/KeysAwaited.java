package dev.leantokens.access;

import io.smallrye.mutiny.Uni;

/**
 * Thrown in place of a decision about a caller's token: its issuer is being asked for its keys. Not an error, so it has no
 * stack trace.
 */
final class KeysAwaited extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Uni<Void> keys;

    /** @param keys completes when the token can be decided about; never fails */
    KeysAwaited(Uni<Void> keys) {
        super("the keys of an issuer are awaited", null, false, false);
        this.keys = keys;
    }

    Uni<Void> keys() {
        return keys;
    }
}
