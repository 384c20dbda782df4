package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * How many calls Lean may get for one client of it: so many in any minute, wherever the minute begins. A call counts from its
 * begin until a minute after its end, since it can have reached Lean at any time between. Calls that could also be left undone
 * get half of it at most, so that there is always something left for callers that have no token. Thread-safe.
 */
@RegisterForReflection(classNames = {
        // Caffeine finds by name the classes that its settings here need.
        "com.github.benmanes.caffeine.cache.SSMSA", "com.github.benmanes.caffeine.cache.PSAMS" })
final class Budget {

    static final Duration WINDOW = Duration.ofMinutes(1);

    /** As many clients of Lean as are remembered. They are named by callers, so there must be a limit. */
    private static final int MAX_CLIENTS = 10_000;

    private final int calls;
    private final int optionalCalls;
    private final Clock clock;
    private final Cache<String, Account> accounts;

    /** @param calls the number of calls in a minute */
    Budget(int calls, Clock clock) {
        this.calls = calls;
        this.optionalCalls = Math.max(1, calls / 2);
        this.clock = clock;
        this.accounts = Caffeine.newBuilder()
                .maximumSize(MAX_CLIENTS)
                .expireAfterAccess(WINDOW.multipliedBy(2))
                .ticker(() -> Duration.ofMillis(clock.millis()).toNanos())
                .executor(Runnable::run)
                .build();
    }

    /**
     * @param clientId a client of Lean
     * @param optional whether the call could also be left undone
     * @return the permission for one call, to be given back when it is over
     * @throws TokenException if there is none left, with the time after which there is
     */
    Permit take(String clientId, boolean optional) {
        Account account = accounts.get(clientId, id -> new Account());
        account.take(optional);
        return new Permit(account, optional);
    }

    /** Lean throttles: no call is made for this client until the time has passed, or a minute at most. */
    void pause(String clientId, Duration wait) {
        accounts.get(clientId, id -> new Account()).pause(wait.compareTo(WINDOW) < 0 ? wait : WINDOW);
    }

    /** The permission for one call. Exactly one of its methods is to be called, once. */
    final class Permit {

        private final Account account;
        private final boolean optional;

        private Permit(Account account, boolean optional) {
            this.account = account;
            this.optional = optional;
        }

        /** The call was made and is over, however it ended. */
        void used() {
            account.end(optional, true);
        }

        /** The call was not made. */
        void unused() {
            account.end(optional, false);
        }
    }

    /** The calls for one client. */
    private final class Account {

        private final Tally all = new Tally(calls);
        private final Tally optionals = new Tally(optionalCalls);
        private Instant pausedUntil = Instant.MIN;

        synchronized void take(boolean optional) {
            Instant now = clock.instant();
            if (now.isBefore(pausedUntil)) {
                throw TokenError.THROTTLED.because("Lean throttles its token requests")
                        .retryAfter(Duration.between(now, pausedUntil));
            }
            all.requireOne(now, "as many tokens have been asked for as Lean allows in a minute");
            if (optional) {
                optionals.requireOne(now, "as many fresh tokens have been asked for as are allowed in a minute");
                optionals.begin();
            }
            all.begin();
        }

        synchronized void end(boolean optional, boolean made) {
            Instant now = clock.instant();
            all.end(now, made);
            if (optional) {
                optionals.end(now, made);
            }
        }

        synchronized void pause(Duration wait) {
            Instant until = clock.instant().plus(wait);
            if (until.isAfter(pausedUntil)) {
                pausedUntil = until;
            }
        }
    }

    /** Counts calls that are under way and calls that ended within the window; guarded by the account. */
    private static final class Tally {

        private final int limit;
        private final Deque<Instant> ends = new ArrayDeque<>(2);
        private int underWay;

        private Tally(int limit) {
            this.limit = limit;
        }

        void requireOne(Instant now, String otherwise) {
            while (!ends.isEmpty() && !ends.peekFirst().plus(WINDOW).isAfter(now)) {
                ends.removeFirst();
            }
            if (underWay + ends.size() >= limit) {
                Duration wait = ends.isEmpty() ? WINDOW : Duration.between(now, ends.peekFirst().plus(WINDOW));
                throw TokenError.BUDGET_SPENT.because(otherwise).retryAfter(wait);
            }
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
    }
}
