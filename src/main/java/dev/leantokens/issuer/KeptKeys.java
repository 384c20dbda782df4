package dev.leantokens.issuer;

/** The keys of an issuer, with what operators see of them. Thread-safe. */
interface KeptKeys extends IssuerKeys, AutoCloseable {

    /** Starts to follow changes. To be called once. */
    void start();

    KeysState state();

    /**
     * Uses the keys of an issuer whose settings are called differently from now on. To be called before {@link #start}.
     *
     * @param previous what the same place was read by
     */
    default void takeOver(KeptKeys previous) {
        // A file has been read just now.
    }

    @Override
    default boolean mayBeOutdated() {
        return state().problem().isPresent();
    }

    /** Stops. The current keys remain, and no further ones come. */
    @Override
    void close();
}
