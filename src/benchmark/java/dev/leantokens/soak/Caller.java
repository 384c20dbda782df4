package dev.leantokens.soak;

import java.util.concurrent.CompletableFuture;

/** Sends requests to one of the two adapters. The returned futures complete when the response has been checked. */
interface Caller {

    CompletableFuture<?> send(TokenRequest wanted);

    /** Sends one of the malformed requests. */
    CompletableFuture<?> sendMalformed();
}
