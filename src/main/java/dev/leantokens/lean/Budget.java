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
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.ServiceCredentials;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

/**
 * Limits the calls to Lean by a {@link ClientBudget} for each client of Lean. Callers name the clients, so their number is
 * limited too. Client ids are compared without regard to case. Thread-safe.
 */
final class Budget {

    static final Duration WINDOW = Duration.ofMinutes(1);

    /**
     * The largest number of clients with calls in a minute whose credentials Lean has not accepted. None of them is forgotten
     * while it has calls: otherwise, a caller would get more calls for one client by naming others.
     */
    static final int MAX_UNKNOWN = 10_000;

    private static final Duration MIN_TIDYING_INTERVAL = Duration.ofSeconds(1);

    private final CallWindow.Limits limits;
    private final Clock clock;
    private final WaitingRoom.Timer timer;
    private final Map<CredentialsOwner, WaitingRoom> rooms;
    private final ServiceCredentials service;
    private final SharedBudget shared;

    /** By client id in lower case. Guarded by this, like all fields below. */
    private final Map<String, Client> clients = new HashMap<>();
    /** The number of unknown clients by the account of the caller that named them first. */
    private final Map<String, Integer> unknownByAccount = new HashMap<>();
    private int unknown;
    private Instant lastTidying = Instant.MIN;

    private static final class Client {

        private final ClientBudget budget;
        /** The account of the caller that named an unknown client first; empty for known clients. */
        private Optional<String> namedBy;

        private Client(ClientBudget budget, Optional<String> namedBy) {
            this.budget = budget;
            this.namedBy = namedBy;
        }
    }

    /**
     * @param calls the number of calls for each client in a minute
     * @param longestCall the longest time that a call can take
     * @param rooms where calls wait
     * @param service names the service's own client
     * @param shared the budget that replicas share
     */
    Budget(int calls, Duration longestCall, Clock clock, WaitingRoom.Timer timer, Map<CredentialsOwner, WaitingRoom> rooms,
            ServiceCredentials service, SharedBudget shared) {
        this(CallWindow.Limits.of(calls, longestCall), clock, timer, rooms, service, shared);
    }

    Budget(CallWindow.Limits limits, Clock clock, WaitingRoom.Timer timer, Map<CredentialsOwner, WaitingRoom> rooms,
            ServiceCredentials service, SharedBudget shared) {
        this.limits = limits;
        this.clock = clock;
        this.timer = timer;
        this.rooms = rooms;
        this.service = service;
        this.shared = shared;
    }

    /**
     * @param patience how long the call can wait for its turn
     * @return the permit for one call; or a failure, with the time after which a call can be permitted
     */
    Uni<CallPermit> take(UpstreamTokenRequest request, Duration patience) {
        return Uni.createFrom().emitter(outcome -> {
            CallerAccounts.Snapshot present;
            Optional<TokenException> refusal;
            do {
                present = request.accounts().snapshot();
                refusal = arrive(request, patience, outcome, present);
                // A caller that has joined since then may have a better place.
            } while (refusal.isPresent() && !request.accounts().closeIfUnchanged(present));
            refusal.ifPresent(outcome::fail);
        });
    }

    /** @return why the call is refused; empty if it is permitted or waits */
    private Optional<TokenException> arrive(UpstreamTokenRequest request, Duration patience,
            UniEmitter<? super CallPermit> outcome, CallerAccounts.Snapshot present) {
        try {
            while (!budget(request).arrive(request, patience, outcome, present)) {
                // That budget was idle and has just been dropped; the next one is new.
            }
            return Optional.empty();
        } catch (TokenException refusal) {
            return Optional.of(refusal);
        }
    }

    /** @return the number of calls that can be made for this client now */
    int left(String clientId) {
        Client client;
        synchronized (this) {
            client = clients.get(key(clientId));
        }
        return client == null ? limits.calls() : client.budget.left();
    }

    /** @return the number of clients with a budget */
    synchronized int size() {
        return clients.size();
    }

    private synchronized ClientBudget budget(UpstreamTokenRequest request) {
        Instant now = clock.instant();
        if (!now.isBefore(lastTidying.plus(limits.window()))) {
            tidy(now);
        }
        Optional<String> serviceKey = service.current().map(ServiceClient::clientId).map(Budget::key);
        String key = request.callerCredentials().map(ClientCredentials::clientId).map(Budget::key)
                .orElseGet(serviceKey::orElseThrow);
        boolean ofService = serviceKey.filter(key::equals).isPresent();
        boolean known = ofService || request.accepted();
        Client client = clients.get(key);
        if (client == null) {
            client = new Client(new ClientBudget(key, limits, ofService, clock, timer, rooms, shared),
                    known ? Optional.empty() : Optional.of(request.accounts().first().account()));
            client.namedBy.ifPresent(account -> count(account, now));
            clients.put(key, client);
        } else if (known) {
            uncount(client);
        }
        return client.budget;
    }

    /** An account can name as many unknown clients as are left: the first one half, the next one half of the rest. */
    private void count(String account, Instant now) {
        if (isFull(account) && now.isAfter(lastTidying.plus(MIN_TIDYING_INTERVAL))) {
            tidy(now);
        }
        if (isFull(account)) {
            throw TokenError.BUDGET_SPENT.because("too many client ids that Lean has not accepted have been used")
                    .retryAfter(limits.window());
        }
        unknownByAccount.merge(account, 1, Integer::sum);
        unknown++;
    }

    private boolean isFull(String account) {
        return unknownByAccount.getOrDefault(account, 0) >= MAX_UNKNOWN - unknown;
    }

    private void uncount(Client client) {
        client.namedBy.ifPresent(account -> {
            unknownByAccount.computeIfPresent(account, (name, count) -> count == 1 ? null : count - 1);
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
