package dev.leantokens.lean;

import java.io.Closeable;
import java.io.IOException;

/**
 * The REST client with which Lean is asked.
 *
 * @param api the client, with its connections
 * @param certificate tells the certificate that Lean is shown on them from others; empty if there is none
 */
record LeanConnection(LeanApi api, String certificate) implements Closeable {

    /** Closes the connections, and breaks off what is under way on them. */
    @Override
    public void close() throws IOException {
        if (api instanceof Closeable closeable) {
            closeable.close();
        }
    }
}
