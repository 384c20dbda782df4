package dev.leantokens.lean;

import java.time.Instant;
import java.util.Collection;

import dev.leantokens.lean.CallWindow.EndedCalls;
import dev.leantokens.lean.CallWindow.Kind;
import dev.leantokens.lean.CallWindow.Standing;

/**
 * Calculates when the next call of a sharer can be made, if no other call arrives. Calls within shares are made first, then
 * those of the sharer with the fewest calls. Not thread-safe, like the window.
 */
final class TurnForecast {

    private final CallWindow window;

    /**
     * The waiting calls of one sharer.
     *
     * @param calls how many of them come before the next call
     */
    record Queue(Standing standing, int calls) {
    }

    TurnForecast(CallWindow window) {
        this.window = window;
    }

    /**
     * @param mine the sharer, with credentials that are accepted or may be by then
     * @param others the other sharers
     */
    Instant turn(Queue mine, Collection<Queue> others, Instant now) {
        int within = window.withinShare(mine.standing(), mine.calls());
        boolean isWithin = window.withinShare(mine.standing(), mine.calls() + 1) > within;
        int ahead = mine.calls();
        int borrowing = mine.calls() - within;
        for (Queue other : others) {
            int othersWithin = window.withinShare(other.standing(), other.calls());
            // How many of its calls are made before it has as many as this sharer.
            int first = Math.max(0, window.calls(mine.standing()) + mine.calls() + 1 - window.calls(other.standing()));
            if (isWithin) {
                ahead += Math.min(othersWithin, first);
            } else {
                int othersBorrowing = Math.min(other.calls() - othersWithin, Math.max(0, first - othersWithin));
                ahead += othersWithin + othersBorrowing;
                borrowing += othersBorrowing;
            }
        }
        Instant left = ahead < window.left() ? now : window.nextReturn(ahead - window.left(), kind -> true, now);
        if (isWithin) {
            return left;
        }
        Instant loan = later(now, window.nextLoan()).plus(window.interval().multipliedBy(borrowing));
        Instant share = window.nextReturn(mine.calls() - within,
                kind -> !kind.borrowed() && isOf(mine.standing(), kind), now);
        return later(left, loan.isBefore(share) ? loan : share);
    }

    /**
     * @param mine the account that tries credentials
     * @param waitingTries the number of tries of all accounts that wait
     */
    Instant turnOfTry(Queue mine, int waitingTries, Instant now) {
        int ofAccount = window.calls(mine.standing()) + mine.calls();
        int all = window.tries() + waitingTries;
        if (window.mayTry(ofAccount, all)) {
            return window.left() > 0 ? now : window.nextReturn(0, kind -> true, now);
        }
        for (EndedCalls calls : window.ended()) {
            if (calls.kind.isTry()) {
                ofAccount -= isOf(mine.standing(), calls.kind) ? calls.number() : 0;
                all -= calls.number();
                if (window.mayTry(ofAccount, all)) {
                    return calls.countUntil;
                }
            }
        }
        return window.latestReturn(now);
    }

    private static boolean isOf(Standing standing, Kind kind) {
        return kind.sharer().equals(standing.sharer());
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
