package dev.leantokens.soak;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Sends requests to the application. One that is not answered is a finding. */
final class Wire implements AutoCloseable {

    /** The deadline of the application's calls to Lean, and what a busy machine may take on top of it. */
    private static final Duration LONGEST = Duration.ofSeconds(13);

    private final Findings findings;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final HttpClient client;

    Wire(Findings findings) {
        // Connections that an outage made necessary are not to be taken for a leak.
        System.setProperty("jdk.httpclient.keepalive.timeout", "10");
        System.setProperty("jdk.httpclient.connectionPoolSize", "64");
        this.findings = findings;
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
    }

    /** @return the answer; or a failure, which has been noted */
    CompletableFuture<Reply> send(HttpRequest request) {
        Instant sentAt = Instant.now();
        long begin = System.nanoTime();
        return client.sendAsync(request, BodyHandlers.ofString())
                .orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(response -> new Reply(response, sentAt, Instant.now(), System.nanoTime() - begin))
                .whenComplete((reply, failure) -> {
                    if (failure != null) {
                        findings.add("no answer",
                                request.method() + " " + request.uri() + " sent at " + sentAt + ": " + failure);
                    }
                });
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
