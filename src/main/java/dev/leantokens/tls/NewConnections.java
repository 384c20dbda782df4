package dev.leantokens.tls;

/** The ports that accept callers' connections, as far as a certificate update concerns them. */
public interface NewConnections {

    /**
     * Pauses accepting new connections while a task runs; established connections are not affected. Vert.x fails handshakes
     * that start while the certificate of their server is replaced. Blocks, so it must not be called on an event loop.
     */
    void pauseDuring(Runnable task);
}
