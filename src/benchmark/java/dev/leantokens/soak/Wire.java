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

/** Sends requests to the application. A missing response is a finding. */
final class Wire implements AutoCloseable {

    /** The deadline of the application's calls to Lean, and a margin for a busy machine. */
    private static final Duration TIMEOUT = Duration.ofSeconds(13);

    private final Findings findings;
    private final AuditCheck audit;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final HttpClient client;

    Wire(Findings findings, AuditCheck audit) {
        // So that connections opened in an outage do not look like a leak.
        System.setProperty("jdk.httpclient.keepalive.timeout", "10");
        System.setProperty("jdk.httpclient.connectionPoolSize", "64");
        this.findings = findings;
        this.audit = audit;
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
    }

    /** @return the response; or a failure, which has been recorded */
    CompletableFuture<Reply> send(HttpRequest request) {
        Instant sentAt = Instant.now();
        long start = System.nanoTime();
        return client.sendAsync(request, BodyHandlers.ofString())
                .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(response -> new Reply(response, sentAt, Instant.now(), System.nanoTime() - start))
                .whenComplete((reply, failure) -> {
                    if (failure == null) {
                        audit.received(reply);
                    } else {
                        findings.add("no response",
                                request.method() + " " + request.uri() + " sent at " + sentAt + ": " + failure);
                    }
                });
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
