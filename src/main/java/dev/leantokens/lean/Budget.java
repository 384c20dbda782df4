package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.leantokens.token.Requester;
import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;

/**
 * How many calls Lean may get for one client of it: so many in any minute, wherever the minute begins. A call counts from its
 * begin until a minute after its end, since it can have reached Lean at any time between. Calls that could also be left undone
 * get half of it at most, so that there is always something left for callers that have no token. Thread-safe.
 */
final class Budget {

    static final Duration WINDOW = Duration.ofMinutes(1);

    /**
     * As many clients of Lean as have calls in a minute. They are named by callers, so there must be a limit; and what is known
     * of one must not be forgotten, or by naming others enough calls could be had for it.
     */
    static final int MAX_CLIENTS = 10_000;

    private static final String NONE_LEFT = "as many tokens have been asked for as Lean allows in a minute";
    private static final String NO_OPTIONAL_LEFT = "calls of this kind may be half of what Lean allows in a minute, "
            + "and as many have been made";
    private static final String NO_SHARE_LEFT = "as many tokens have been asked for as one of several clients may have in a minute";
    private static final String TOO_MANY_CLIENTS = "tokens have been asked for with too many client ids";

    private final int calls;
    /** Of optional calls, and of one that shares. */
    private final int half;
    private final Duration longestCall;
    private final Clock clock;

    /** Guarded by this. */
    private final Map<String, Account> accounts = new HashMap<>();
    private Instant nextTidying = Instant.MIN;

    /**
     * @param calls the number of calls in a minute
     * @param longestCall how long a call can take
     */
    Budget(int calls, Duration longestCall, Clock clock) {
        this.calls = calls;
        this.half = Math.max(1, calls / 2);
        this.longestCall = longestCall;
        this.clock = clock;
    }

    /**
     * @param clientId a client of Lean. Upper and lower case are the same to it, as they are in a UUID
     * @param kind what is given up for it
     * @param requester who it is for. One that shares gets half of the calls at most, so that there are some left for the
     *        others
     * @return the permission for one call, to be given back when it is over
     * @throws TokenException if there is none left, with the time after which there is
     */
    Permit take(String clientId, Kind kind, Requester requester) {
        Instant now = clock.instant();
        Account account = account(clientId, kind == Kind.OWN, now);
        return new Permit(account, account.take(now, kind == Kind.OPTIONAL, requester));
    }

    /** @return how many calls can be made for this client now, those included that it takes half of at most */
    int left(String clientId) {
        Account known;
        synchronized (this) {
            known = accounts.get(clientId.toLowerCase(Locale.ROOT));
        }
        return known == null ? calls : known.left(clock.instant());
    }

    /** What a call is for. */
    enum Kind {
        /** For callers that wait for it, with the service's own credentials. */
        OWN,
        /** For callers that wait for it, with credentials that they sent. */
        CALLERS,
        /** It could also be left undone. */
        OPTIONAL
    }

    private synchronized Account account(String clientId, boolean always, Instant now) {
        String id = clientId.toLowerCase(Locale.ROOT);
        Account known = accounts.get(id);
        if (known != null) {
            return known;
        }
        if (accounts.size() >= MAX_CLIENTS && !now.isBefore(nextTidying)) {
            nextTidying = now.plusSeconds(1);
            accounts.values().removeIf(account -> account.isIdle(now));
        }
        if (accounts.size() >= MAX_CLIENTS && !always) {
            throw TokenError.BUDGET_SPENT.because(TOO_MANY_CLIENTS).retryAfter(WINDOW);
        }
        Account made = new Account();
        accounts.put(id, made);
        return made;
    }

    /** @return the number of clients that are known */
    synchronized int size() {
        return accounts.size();
    }

    /** The permission for one call. Exactly one of its methods is to be called, once. */
    final class Permit {

        private final Account account;
        private final List<Tally> tallies;

        private Permit(Account account, List<Tally> tallies) {
            this.account = account;
            this.tallies = tallies;
        }

        /** The call was made and is over, however it ended. */
        void used() {
            account.end(tallies, true);
        }

        /** The call was not made. */
        void unused() {
            account.end(tallies, false);
        }
    }

    /** The calls for one client. */
    private final class Account {

        private final Tally all = new Tally(calls, NONE_LEFT);
        private final Tally optionals = new Tally(half, NO_OPTIONAL_LEFT);
        /** By account, of those that share and have calls. */
        private final Map<String, Tally> shares = new HashMap<>(1);

        /** @return what the call counts for */
        synchronized List<Tally> take(Instant now, boolean optional, Requester requester) {
            List<Tally> counted = new ArrayList<>(2);
            counted.add(all);
            if (optional) {
                counted.add(optionals);
            }
            if (requester.shares()) {
                shares.values().removeIf(share -> share.isIdle(now));
                counted.add(shares.computeIfAbsent(requester.account(), account -> new Tally(half, NO_SHARE_LEFT)));
            }
            counted.forEach(tally -> tally.requireOne(now));
            counted.forEach(Tally::begin);
            return counted;
        }

        synchronized int left(Instant now) {
            return all.left(now);
        }

        synchronized void end(List<Tally> counted, boolean made) {
            Instant now = clock.instant();
            counted.forEach(tally -> tally.end(now, made));
        }

        synchronized boolean isIdle(Instant now) {
            return all.isIdle(now);
        }
    }

    /** Counts calls that are under way and calls that ended within the window; guarded by the account. */
    private final class Tally {

        private final int limit;
        private final String otherwise;
        private final Deque<Instant> ends = new ArrayDeque<>(2);
        private int underWay;

        private Tally(int limit, String otherwise) {
            this.limit = limit;
            this.otherwise = otherwise;
        }

        void requireOne(Instant now) {
            forget(now);
            if (underWay + ends.size() >= limit) {
                // If all are under way, the next to end can be the one that has just begun.
                Duration wait = ends.isEmpty() ? longestCall.plus(WINDOW)
                        : Duration.between(now, ends.peekFirst().plus(WINDOW));
                throw TokenError.BUDGET_SPENT.because(otherwise).retryAfter(wait);
            }
        }

        int left(Instant now) {
            forget(now);
            return limit - underWay - ends.size();
        }

        void begin() {
            underWay++;
        }

        void end(Instant now, boolean made) {
            underWay--;
            if (made) {
                ends.addLast(now);
            }
        }

        boolean isIdle(Instant now) {
            forget(now);
            return underWay == 0 && ends.isEmpty();
        }

        private void forget(Instant now) {
            while (!ends.isEmpty() && !ends.peekFirst().plus(WINDOW).isAfter(now)) {
                ends.removeFirst();
            }
        }
    }
}
