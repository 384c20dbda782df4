package dev.leantokens.hostile.input;

/** Gives any bytes to a parser, and checks what must hold for every input. */
@FunctionalInterface
public interface Parser {

    /** @throws Exception or an {@link AssertionError} if the parser has misbehaved */
    void parse(byte[] input) throws Exception;

    /** Fails unless a promise is kept. Cheaper than a library's assertion, since it is called for each input. */
    static void require(boolean kept, String promise) {
        if (!kept) {
            throw new AssertionError(promise);
        }
    }
}
