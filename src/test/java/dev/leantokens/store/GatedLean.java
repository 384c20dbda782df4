package dev.leantokens.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.AuthorizationServer;
import dev.leantokens.token.UpstreamTokenRequest;
import io.smallrye.mutiny.Uni;

/** Lean, for several replicas. It answers at once, or when a test opens the gate. Its tokens are numbered. Thread-safe. */
final class GatedLean implements AuthorizationServer {

    final List<UpstreamTokenRequest> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean open = true;
    private final AtomicReference<TokenException> failOnce = new AtomicReference<>();
    private volatile TokenException failure;
    private volatile Duration lifetime = Duration.ofHours(1);

    @Override
    public Uni<AccessToken> requestToken(UpstreamTokenRequest request) {
        requests.add(request);
        CompletableFuture<AccessToken> answer = new CompletableFuture<>();
        Runnable reply = () -> {
            TokenException once = failOnce.getAndSet(null);
            TokenException current = once != null ? once : failure;
            if (current != null) {
                answer.completeExceptionally(current);
            } else {
                answer.complete(token(request));
            }
        };
        boolean now;
        synchronized (this) {
            now = open;
            if (!open) {
                waiting.add(reply);
            }
        }
        if (now) {
            reply.run();
        }
        return Uni.createFrom().completionStage(answer);
    }

    private AccessToken token(UpstreamTokenRequest request) {
        return AccessToken.of(Map.of("access_token", "token-" + numbers.incrementAndGet(), "token_type", "Bearer", "expires_in",
                lifetime.toSeconds()), request.scope());
    }

    /** From now on, requests wait. */
    synchronized void close() {
        open = false;
    }

    /** Answers those that wait, and from now on at once. */
    void open() {
        List<Runnable> replies;
        synchronized (this) {
            open = true;
            replies = List.copyOf(waiting);
            waiting.clear();
        }
        replies.forEach(Runnable::run);
    }

    /** @param failure null for none */
    void failsWith(TokenException failure) {
        this.failure = failure;
    }

    /** The next request fails. */
    void failsOnceWith(TokenException next) {
        failOnce.set(next);
    }

    void issuesFor(Duration tokensLifetime) {
        lifetime = tokensLifetime;
    }

    int calls() {
        return requests.size();
    }
}
