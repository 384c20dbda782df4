package dev.leantokens.lean;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.leantokens.error.TokenException;
import dev.leantokens.lean.WaitingRoom.Seat;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.UpstreamTokenRequest;
import io.smallrye.mutiny.subscription.UniEmitter;

/** A call that requests a permit of a {@link ClientBudget}, and waits in the lines of its callers if there is none yet. */
final class CallWait {

    private final UpstreamTokenRequest request;
    private final Duration patience;
    private final WaitingRoom room;
    private final UniEmitter<? super CallPermit> outcome;
    private final Seat seat;
    /** Guarded by the budget, like all fields below. */
    private final List<ClientBudget.Line> lines = new ArrayList<>(1);
    private ClientBudget budget;
    private boolean over;

    CallWait(UpstreamTokenRequest request, Duration patience, WaitingRoom room, UniEmitter<? super CallPermit> outcome) {
        this.request = request;
        this.patience = patience;
        this.room = room;
        this.outcome = outcome;
        this.seat = room.seat(reason -> budget.giveUp(this, reason));
    }

    UpstreamTokenRequest request() {
        return request;
    }

    /** @return how long the call can wait */
    Duration patience() {
        return patience;
    }

    List<ClientBudget.Line> lines() {
        return lines;
    }

    boolean isOver() {
        return over;
    }

    void arriveAt(ClientBudget itsBudget) {
        budget = itsBudget;
    }

    void end() {
        over = true;
    }

    /** Takes a seat. Must be called without the budget's lock, like all methods below. */
    void start(CallerAccounts.Snapshot present) {
        room.take(seat, present.all().get(0).account(), patience);
        request.accounts().watch(this::join);
    }

    private void join(CallerAccount caller) {
        budget.join(this, caller);
        room.share(seat, caller.account());
    }

    void grant(CallPermit permit) {
        seat.leave();
        outcome.complete(permit);
    }

    void refuse(TokenException refusal) {
        seat.leave();
        outcome.fail(refusal);
    }
}
