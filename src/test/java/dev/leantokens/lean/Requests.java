package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

import dev.leantokens.token.AcceptedCredentials.Acceptance;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import dev.leantokens.trace.Traces;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;

/** Requests for permits of a budget, and their callers. */
final class Requests {

    static final CallTrace UNTRACED = new CallTrace(
            new TracedEndpoint(Traces.OFF, Clock.systemUTC(), Attributes.empty(), false),
            Context.root());

    static final String SERVICE = "service";

    private Requests() {
    }

    static Budget budget(int calls, Duration longestCall, SimulatedTime time, int seats) {
        return budget(CallWindow.Limits.of(calls, longestCall), time.clock(), time, seats, SharedBudget.NONE);
    }

    static Budget budget(CallWindow.Limits limits, Clock clock, WaitingRoom.Timer timer, int seats, SharedBudget shared) {
        return new Budget(limits, clock, timer, WaitingRoom.forEachOwner(seats, timer),
                () -> Optional.of(ServiceClient.of(SERVICE, "secret")), shared);
    }

    /** @return a request with the service's credentials */
    static UpstreamTokenRequest ofService(CallerAccount caller) {
        return ofService(new CallerAccounts(caller, Purpose.NEED));
    }

    static UpstreamTokenRequest ofService(CallerAccounts callers) {
        return new UpstreamTokenRequest(Optional.empty(), SERVICE, Scope.API, callers, Acceptance.NONE, Duration.ZERO,
                Context.root());
    }

    static UpstreamTokenRequest optional(CallerAccount caller) {
        return ofService(new CallerAccounts(caller, Purpose.REPLACEMENT));
    }

    /** @return a request with a caller's credentials */
    static UpstreamTokenRequest ofCaller(String clientId, String secret, boolean accepted, String address) {
        return new UpstreamTokenRequest(Optional.of(new ClientCredentials(clientId, secret)), clientId + secret, Scope.API,
                new CallerAccounts(one("address " + address, "anonymous", 1), Purpose.NEED), new Acceptance(accepted, false),
                Duration.ZERO, Context.root());
    }

    /** @return the only caller that uses the service's credentials */
    static CallerAccount alone() {
        return one("address a", "anonymous", 1);
    }

    static CallerAccount one(String account, String sharer, int sharers) {
        return one(account, sharer, sharers, false);
    }

    static CallerAccount one(String account, String sharer, int sharers, boolean triesAllowed) {
        return new CallerAccount(account, sharer, sharers, triesAllowed);
    }
}
