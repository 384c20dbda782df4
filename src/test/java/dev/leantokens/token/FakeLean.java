package dev.leantokens.token;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.leantokens.error.TokenException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

/** Answers when and how a test says. Its tokens are numbered. */
final class FakeLean implements AuthorizationServer {

    final List<UpstreamTokenRequest> requests = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean immediate = true;
    private Duration lifetime = Duration.ofSeconds(3600);
    private TokenException failure;
    private String certificate = "";
    private Scope overriddenScope;

    private record Waiting(UpstreamTokenRequest request, UniEmitter<? super AccessToken> caller) {
    }

    @Override
    public String clientCertificate() {
        return certificate;
    }

    void setClientCertificate(String clientCertificate) {
        certificate = clientCertificate;
    }

    @Override
    public Uni<AccessToken> requestToken(UpstreamTokenRequest request) {
        requests.add(request);
        if (!immediate) {
            return Uni.createFrom().emitter(caller -> waiting.add(new Waiting(request, caller)));
        }
        return failure == null ? Uni.createFrom().item(token(request)) : Uni.createFrom().failure(failure);
    }

    /** From now on, tokens have this lifetime. */
    void issues(Duration tokensLifetime) {
        failure = null;
        lifetime = tokensLifetime;
    }

    /** From now on, tokens are for this scope instead of the requested one; null for the requested one. */
    void issuesOnly(Scope scope) {
        overriddenScope = scope;
    }

    /** From now on, requests fail. */
    void failsWith(TokenException exception) {
        failure = exception;
    }

    /** From now on, requests wait until {@link #answer} is called. */
    void hangs() {
        immediate = false;
    }

    void answer() {
        List<Waiting> answered = List.copyOf(waiting);
        waiting.clear();
        for (Waiting each : answered) {
            if (failure == null) {
                each.caller().complete(token(each.request()));
            } else {
                each.caller().fail(failure);
            }
        }
    }

    int calls() {
        return requests.size();
    }

    private AccessToken token(UpstreamTokenRequest request) {
        return AccessToken.of(Map.of("access_token", "token-" + requests.size(), "token_type", "Bearer", "expires_in",
                lifetime.toSeconds()), overriddenScope == null ? request.scope() : overriddenScope);
    }
}
