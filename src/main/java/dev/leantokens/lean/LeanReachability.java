package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

import dev.leantokens.error.TokenException;
import io.smallrye.mutiny.Uni;

/**
 * Whether Lean can be reached, told by its metadata document: that one needs no credentials and costs nothing of the
 * number of token requests. Lean is asked at most once in {@link #ASKED_AGAIN_AFTER}, however often this is. Thread-safe.
 */
@ApplicationScoped
public class LeanReachability {

    private static final Logger LOG = Logger.getLogger(LeanReachability.class);

    static final Duration ASKED_AGAIN_AFTER = Duration.ofSeconds(30);

    private final Clock clock;
    private final Uni<Verdict> verdict;
    private volatile Instant askedAgainFrom = Instant.MIN;

    LeanReachability(LeanTokenEndpoint lean, Clock clock) {
        this.clock = clock;
        this.verdict = lean.metadataStatus()
                .map(LeanReachability::of)
                .onFailure(TokenException.class).recoverWithItem(e -> new Verdict(false, e.explanation()))
                .onFailure().invoke(fault -> LOG.error("Lean's metadata document could not be requested", fault))
                .onFailure().recoverWithItem(fault -> new Verdict(false, "this service failed, its log has the reason"))
                .invoke(() -> askedAgainFrom = clock.instant().plus(ASKED_AGAIN_AFTER))
                .memoize().until(this::isOld);
    }

    private boolean isOld() {
        return !clock.instant().isBefore(askedAgainFrom);
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
