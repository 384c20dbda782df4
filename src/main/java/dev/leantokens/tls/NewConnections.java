package dev.leantokens.tls;

/** The ports' side of an exchange of certificates. */
public interface NewConnections {

    /**
     * Has new connections wait while something is done; those that there are go on. Vert.x fails one that begins while its
     * server's certificate is exchanged. Not for an event loop.
     */
    void waitDuring(Runnable exchange);
}
