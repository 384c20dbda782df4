package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.CallerAccounts;
import io.smallrye.mutiny.Uni;

/**
 * How many calls Lean gets for each client of it, and for whom they are made when more are wanted: the {@link ClientBudget} of
 * each. Callers name the clients, so their number is bounded too. Thread-safe.
 */
final class Budget {

    static final Duration WINDOW = Duration.ofMinutes(1);

    /**
     * The largest number of clients with calls in a minute whose credentials Lean has not accepted. What is known of one must
     * not be forgotten, or a caller could get more calls for it by naming others.
     */
    static final int MOST_UNKNOWN = 10_000;

    private static final Duration SHORTEST_TIDYING = Duration.ofSeconds(1);

    private final ClientBudget.Limits limits;
    private final Clock clock;
    private final WaitTimer timer;
    private final WaitingRooms rooms;

    /** By client id in small letters. Guarded by this, as everything below. */
    private final Map<String, Known> clients = new HashMap<>();
    /** The number of unknown clients by the account of the requester that named them first. */
    private final Map<String, Integer> unknownOf = new HashMap<>();
    private int unknown;
    private Instant lastTidying = Instant.MIN;

    private final class Known {

        private final ClientBudget budget = new ClientBudget(limits, clock, timer);
        /** The account of the requester that named the client first; empty once its credentials were accepted. */
        private Optional<String> namedBy;

        private Known(Optional<String> namedBy) {
            this.namedBy = namedBy;
        }
    }

    /**
     * @param calls the number of calls in a minute
     * @param longestCall how long a call can take
     * @param rooms where calls wait
     */
    Budget(int calls, Duration longestCall, Clock clock, WaitTimer timer, WaitingRooms rooms) {
        this.limits = ClientBudget.Limits.of(calls, longestCall);
        this.clock = clock;
        this.timer = timer;
        this.rooms = rooms;
    }

    /**
     * @param patience how long the call waits for its turn
     * @return the permission for one call, to be given back when it is over; or a failure, with the time after which there
     *         would be one
     */
    Uni<CallPermit> take(WantedCall call, Duration patience) {
        return Uni.createFrom().emitter(outcome -> {
            CallWait wait = new CallWait(call, patience, rooms.of(call.request().owner()), outcome);
            CallerAccounts.Snapshot present;
            Optional<TokenException> refusal;
            do {
                present = call.accounts().snapshot();
                refusal = arrive(wait, present);
                // One that joined since may have a better place.
            } while (refusal.isPresent() && !call.accounts().closeIfUnchanged(present));
            refusal.ifPresent(outcome::fail);
        });
    }

    /** @return why the call is refused; empty if it is permitted or waits */
    private Optional<TokenException> arrive(CallWait wait, CallerAccounts.Snapshot present) {
        try {
            while (!of(wait.call()).arrive(wait, present)) {
                // It was dropped since, being idle: the next one is new.
            }
            return Optional.empty();
        } catch (TokenException refusal) {
            return Optional.of(refusal);
        }
    }

    /** @return how many calls can be made for this client now */
    int left(String clientId) {
        Known known;
        synchronized (this) {
            known = clients.get(key(clientId));
        }
        return known == null ? limits.calls() : known.budget.left();
    }

    /** @return the number of clients that are known */
    synchronized int size() {
        return clients.size();
    }

    private synchronized ClientBudget of(WantedCall call) {
        Instant now = clock.instant();
        if (!now.isBefore(lastTidying.plus(WINDOW))) {
            tidy(now);
        }
        String key = key(call.clientId());
        Known known = clients.get(key);
        boolean vouchedFor = call.services() || call.accepted();
        if (known == null) {
            known = new Known(vouchedFor ? Optional.empty() : Optional.of(call.accounts().first().account()));
            known.namedBy.ifPresent(account -> count(account, now));
            clients.put(key, known);
        } else if (vouchedFor) {
            uncount(known);
        }
        return known.budget;
    }

    /** A requester can name as many as are left: the first one a half, the next one a half of the rest. */
    private void count(String account, Instant now) {
        if (isFull(account) && now.isAfter(lastTidying.plus(SHORTEST_TIDYING))) {
            tidy(now);
        }
        if (isFull(account)) {
            throw TokenError.BUDGET_SPENT
                    .because("tokens have been requested with too many client ids that Lean has not accepted")
                    .retryAfter(WINDOW);
        }
        unknownOf.merge(account, 1, Integer::sum);
        unknown++;
    }

    private boolean isFull(String account) {
        return unknownOf.getOrDefault(account, 0) >= MOST_UNKNOWN - unknown;
    }

    private void uncount(Known client) {
        client.namedBy.ifPresent(account -> {
            unknownOf.computeIfPresent(account, (name, count) -> count == 1 ? null : count - 1);
            unknown--;
        });
        client.namedBy = Optional.empty();
    }

    private void tidy(Instant now) {
        lastTidying = now;
        clients.values().removeIf(client -> {
            boolean idle = client.budget.retireIfIdle(now);
            if (idle) {
                uncount(client);
            }
            return idle;
        });
    }

    private static String key(String clientId) {
        return clientId.toLowerCase(Locale.ROOT);
    }
}
