package dev.leantokens.lean;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.leantokens.error.TokenException;
import dev.leantokens.lean.WaitingRoom.Seat;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import io.smallrye.mutiny.subscription.UniEmitter;

/** A call that waits for its turn at a {@link ClientBudget}, or has just come. It stands in the lines of its requesters. */
final class CallWait {

    private final WantedCall call;
    private final Duration patience;
    private final WaitingRoom room;
    private final UniEmitter<? super CallPermit> outcome;
    private final Seat seat;
    /** Guarded by the budget, as the rest. */
    private final List<ClientBudget.Line> lines = new ArrayList<>(1);
    private ClientBudget budget;
    private boolean over;

    CallWait(WantedCall call, Duration patience, WaitingRoom room, UniEmitter<? super CallPermit> outcome) {
        this.call = call;
        this.patience = patience;
        this.room = room;
        this.outcome = outcome;
        this.seat = room.seat(reason -> budget.giveUp(this, reason));
    }

    WantedCall call() {
        return call;
    }

    Duration patience() {
        return patience;
    }

    List<ClientBudget.Line> lines() {
        return lines;
    }

    boolean isOver() {
        return over;
    }

    void ends() {
        over = true;
    }

    /** To be called without the budget's lock, as those below. */
    void begins(CallerAccounts.Snapshot present) {
        room.take(seat, present.all().get(0).account(), patience);
        call.accounts().watch(this::join);
    }

    private void join(CallerAccount requester) {
        budget.join(this, requester);
        room.share(seat, requester.account());
    }

    void isAt(ClientBudget its) {
        budget = its;
    }

    void granted(CallPermit permit) {
        seat.leave();
        outcome.complete(permit);
    }

    void refused(TokenException refusal) {
        seat.leave();
        outcome.fail(refusal);
    }
}
