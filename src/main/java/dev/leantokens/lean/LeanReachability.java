package dev.leantokens.lean;

import java.time.Duration;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.token.TokenException;
import io.smallrye.mutiny.Uni;

/**
 * Whether Lean can be reached, told by its metadata document: that one needs no credentials and costs nothing of the
 * number of token requests. Lean is asked at most once in {@link #ASKED_AGAIN_AFTER}, however often this is. Thread-safe.
 */
@ApplicationScoped
public class LeanReachability {

    static final Duration ASKED_AGAIN_AFTER = Duration.ofSeconds(30);

    private final Uni<Verdict> verdict;

    LeanReachability(LeanClient lean) {
        this.verdict = lean.metadataStatus()
                .map(LeanReachability::of)
                .onFailure(TokenException.class).recoverWithItem(e -> new Verdict(false, e.getMessage()))
                .memoize().atLeast(ASKED_AGAIN_AFTER);
    }

    /** @return what Lean last answered; never a failure */
    public Uni<Verdict> verdict() {
        return verdict;
    }

    private static Verdict of(int status) {
        return new Verdict(status < 500, "Lean's metadata document was answered with status " + status);
    }

    /**
     * @param reachable whether Lean answered at all, and not with a fault of its own
     * @param reason a sentence for an operator
     */
    public record Verdict(boolean reachable, String reason) {
    }
}
