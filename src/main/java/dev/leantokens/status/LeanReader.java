package dev.leantokens.status;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import jakarta.inject.Singleton;

import dev.leantokens.lean.LeanOverview;
import dev.leantokens.lean.LeanReachability;
import dev.leantokens.lean.LeanReachability.Verdict;
import dev.leantokens.lean.LeanVerdict;
import dev.leantokens.lean.LeanVerdict.Opinion;
import dev.leantokens.status.Status.Lean;
import dev.leantokens.status.Status.Reachability;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;

/**
 * Reads the state of Lean. Requests Lean's metadata document at most every 30 s, as the health group does and together with it;
 * never a token. Thread-safe.
 */
@Singleton
class LeanReader {

    /** How long a reader waits for Lean, which can take 3 s to time out. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** How long the last verdict is used meanwhile. Older ones count as unknown. */
    private static final Duration VALIDITY = Duration.ofSeconds(60);

    private final LeanReachability reachability;
    private final LeanVerdict credentials;
    private final LeanOverview overview;
    private final Clock clock;

    private volatile Known last = new Known(Optional.empty(), Instant.EPOCH);

    private record Known(Optional<Verdict> verdict, Instant at) {
    }

    LeanReader(LeanReachability reachability, LeanVerdict credentials, LeanOverview overview, Clock clock) {
        this.reachability = reachability;
        this.credentials = credentials;
        this.overview = overview;
        this.clock = clock;
    }

    String environment() {
        return overview.environment();
    }

    /** Blocks for at most {@link #PATIENCE}. */
    Lean read() {
        Optional<Verdict> verdict = verdict();
        Opinion opinion = credentials.opinion();
        return new Lean(
                verdict.map(known -> known.reachable() ? Reachability.REACHABLE : Reachability.UNREACHABLE)
                        .orElse(Reachability.UNKNOWN),
                verdict.map(Verdict::reason), opinion,
                opinion == Opinion.REFUSED ? Optional.of(credentials.reasonOfRefusal()) : Optional.empty(),
                overview.callsLeft(), overview.callsPerMinute(), overview.breakerState(CredentialsOwner.SERVICE),
                overview.breakerState(CredentialsOwner.CALLER));
    }

    private Optional<Verdict> verdict() {
        CompletableFuture<Verdict> current = new CompletableFuture<>();
        // Not cancelled if it takes too long: the next reader gets the verdict.
        reachability.verdict().subscribe().with(verdict -> {
            last = new Known(Optional.of(verdict), clock.instant());
            current.complete(verdict);
        }, current::completeExceptionally);
        try {
            return Optional.of(current.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            Known known = last;
            return known.verdict().filter(verdict -> clock.instant().isBefore(known.at().plus(VALIDITY)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("never fails", e);
        }
    }
}
