package dev.leantokens.token;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

/** A Lean that answers when, and as, a test says. Its tokens are numbered. */
final class FakeLean implements AuthorizationServer {

    final List<LeanRequest> asked = new ArrayList<>();
    private final List<UniEmitter<? super AccessToken>> waiting = new ArrayList<>();
    private boolean answersAtOnce = true;
    private Duration lifetime = Duration.ofSeconds(3600);
    private TokenException failure;
    private String certificate = "";

    @Override
    public String clientCertificate() {
        return certificate;
    }

    /** From now on it is shown this certificate. */
    void isShown(String clientCertificate) {
        certificate = clientCertificate;
    }

    @Override
    public Uni<AccessToken> requestToken(LeanRequest request) {
        asked.add(request);
        if (!answersAtOnce) {
            return Uni.createFrom().emitter(waiting::add);
        }
        return failure == null ? Uni.createFrom().item(token()) : Uni.createFrom().failure(failure);
    }

    /** From now on tokens live for this long. */
    void gives(Duration tokensLifetime) {
        failure = null;
        lifetime = tokensLifetime;
    }

    /** From now on it answers with this. */
    void failsWith(TokenException exception) {
        failure = exception;
    }

    /** From now on it answers only when {@link #answer} is called. */
    void hangs() {
        answersAtOnce = false;
    }

    void answer() {
        List<UniEmitter<? super AccessToken>> callers = List.copyOf(waiting);
        waiting.clear();
        for (UniEmitter<? super AccessToken> caller : callers) {
            if (failure == null) {
                caller.complete(token());
            } else {
                caller.fail(failure);
            }
        }
    }

    int calls() {
        return asked.size();
    }

    private AccessToken token() {
        return AccessToken.of(Map.of("access_token", "token-" + asked.size(), "token_type", "Bearer", "expires_in",
                lifetime.toSeconds()));
    }
}
