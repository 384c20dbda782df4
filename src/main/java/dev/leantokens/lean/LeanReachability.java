package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

import dev.leantokens.error.TokenException;
import io.smallrye.mutiny.Uni;

/**
 * Checks whether Lean is reachable by its metadata document, which requires no credentials and does not count as a token
 * request. Results are cached for {@link #VALIDITY}. Thread-safe.
 */
@ApplicationScoped
public class LeanReachability {

    private static final Logger LOG = Logger.getLogger(LeanReachability.class);

    static final Duration VALIDITY = Duration.ofSeconds(30);

    private final Clock clock;
    private final Uni<Verdict> verdict;
    private volatile Instant expiresAt = Instant.MIN;

    LeanReachability(LeanTokenEndpoint lean, Clock clock) {
        this.clock = clock;
        this.verdict = lean.metadataStatus()
                .map(LeanReachability::of)
                .onFailure(TokenException.class).recoverWithItem(e -> new Verdict(false, e.explanation()))
                .onFailure().invoke(fault -> LOG.error("Failed to request Lean's metadata document", fault))
                .onFailure().recoverWithItem(fault -> new Verdict(false, "this service failed; its log has the reason"))
                .invoke(() -> expiresAt = clock.instant().plus(VALIDITY))
                .memoize().until(this::isExpired);
    }

    private boolean isExpired() {
        return !clock.instant().isBefore(expiresAt);
    }

    /** @return the current or cached verdict; never a failure */
    public Uni<Verdict> verdict() {
        return verdict;
    }

    private static Verdict of(int status) {
        return new Verdict(status < 500, "Lean answered the request for its metadata with status " + status);
    }

    /**
     * @param reachable whether Lean answered, and not with a 5xx
     * @param reason an explanation for an operator
     */
    public record Verdict(boolean reachable, String reason) {
    }
}
