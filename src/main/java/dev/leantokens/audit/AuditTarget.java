package dev.leantokens.audit;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where lines are written, by one thread at a time, which it may block. */
interface AuditTarget {

    /**
     * Writes lines to this target.
     *
     * @throws IOException if not all bytes could be written; the position is then after those that were
     */
    void write(ByteBuffer lines) throws IOException;

    /**
     * Removes the start of a line, which a failed write has left.
     *
     * @param length in bytes
     * @return whether it could be removed
     */
    default boolean removeEnd(int length) {
        return false;
    }

    /** @return its name in the log */
    String name();
}
