package dev.leantokens.soak;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Sends requests to one replica. A missing response is a finding, and so is a late one. */
final class Wire implements AutoCloseable {

    /** The longest wait for another replica's call, the deadline of calls to Lean, and a margin for a busy machine. */
    private static final Duration LIMIT = Duration.ofSeconds(15 + 10 + 3);
    /** A request may be sent when a freeze starts. */
    private static final Duration TIMEOUT = LIMIT.plus(Disturbance.REPLICA_FREEZES.duration());

    private final int replica;
    private final Findings findings;
    private final Journal journal;
    private final AuditCheck audit;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final HttpClient client;

    Wire(int replica, Findings findings, Journal journal, AuditCheck audit) {
        // So that connections opened in an outage do not look like a leak.
        System.setProperty("jdk.httpclient.keepalive.timeout", "10");
        System.setProperty("jdk.httpclient.connectionPoolSize", "64");
        this.replica = replica;
        this.findings = findings;
        this.journal = journal;
        this.audit = audit;
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(threads).build();
    }

    /** @return the response; or a failure, which has been recorded */
    CompletableFuture<Reply> send(HttpRequest request) {
        // A timeout of the future would leave the connection open.
        HttpRequest limited = HttpRequest.newBuilder(request, (name, value) -> true).timeout(TIMEOUT).build();
        Instant sentAt = Instant.now();
        long start = System.nanoTime();
        return client.sendAsync(limited, BodyHandlers.ofString())
                .thenApply(response -> new Reply(response, replica, sentAt, Instant.now(), System.nanoTime() - start))
                .whenComplete((reply, failure) -> {
                    if (failure == null) {
                        audit.received(reply);
                        checkTime(reply);
                    } else {
                        failed(request, sentAt, failure);
                    }
                });
    }

    private void checkTime(Reply reply) {
        Duration frozen = journal.frozen(replica, reply.sentAt(), reply.receivedAt());
        Duration late = Duration.ofNanos(reply.nanos()).minus(frozen).minus(LIMIT);
        if (!late.isNegative()) {
            findings.addAboutTime("a late response", reply + ", of which it was frozen for " + frozen, reply.sentAt(),
                    reply.receivedAt(), late);
        }
    }

    private void failed(HttpRequest request, Instant sentAt, Throwable failure) {
        audit.missed();
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        String detail = request.method() + " " + request.uri() + " sent at " + sentAt + ": " + cause;
        if (cause instanceof HttpTimeoutException) {
            findings.addAboutTime("no response in time", detail, sentAt, Instant.now(), TIMEOUT.minus(LIMIT));
        } else {
            findings.add("no response", detail);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
