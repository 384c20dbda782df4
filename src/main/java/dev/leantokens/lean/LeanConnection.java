package dev.leantokens.lean;

import java.io.Closeable;
import java.io.IOException;

/**
 * The REST client with which Lean is asked, once with connections that are used again and once without.
 *
 * @param pooled the client for most requests
 * @param unpooled the same client with a new connection for each request
 * @param certificate tells the certificate that Lean is shown on them from others; empty if there is none
 */
record LeanConnection(LeanApi pooled, LeanApi unpooled, String certificate) implements Closeable {

    /** Closes the connections, and breaks off what is under way on them. */
    @Override
    public void close() throws IOException {
        close(pooled);
        close(unpooled);
    }

    private static void close(LeanApi api) throws IOException {
        if (api instanceof Closeable closeable) {
            closeable.close();
        }
    }
}
