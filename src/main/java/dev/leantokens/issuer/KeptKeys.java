package dev.leantokens.issuer;

/** The keys of an issuer, with what operators see of them. Thread-safe. */
interface KeptKeys extends IssuerKeys, AutoCloseable {

    /** Starts to follow changes. To be called once. */
    void start();

    KeysState state();

    @Override
    default boolean mayBeOutdated() {
        return state().problem().isPresent();
    }

    /** Stops. The current keys remain, and no further ones come. */
    @Override
    void close();
}
