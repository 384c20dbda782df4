package dev.leantokens.soak;

import java.util.concurrent.CompletableFuture;

/** Asks by one of the two adapters, and has the answer checked. What it returns is done when that is done. */
interface Caller {

    CompletableFuture<?> send(Ask ask);

    /** Sends one of the requests that are wrong in themselves. */
    CompletableFuture<?> sendMalformed();
}
