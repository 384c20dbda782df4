package dev.leantokens.lean;

import java.util.Optional;

import dev.leantokens.error.TokenException;
import dev.leantokens.lean.CallWindow.Kind;
import dev.leantokens.lean.CallWindow.Loan;
import dev.leantokens.lean.CallWindow.Standing;
import io.smallrye.mutiny.Uni;

/**
 * The permission for one call. Must be ended exactly once, by {@link #used()}, {@link #accepted()}, {@link #refused} or
 * {@link #unused()}.
 */
final class CallPermit {

    final Standing standing;
    final Kind kind;
    final Loan loanBefore;
    final Loan loan;

    /** The call as the replicas count it together; null if they share no budget. */
    SharedBudget.Call shared;

    private final ClientBudget budget;

    /**
     * @param budget the budget to which the call is returned
     * @param loanBefore the last loan without this call
     * @param loan the last loan with this call
     */
    CallPermit(ClientBudget budget, Standing standing, Kind kind, Loan loanBefore, Loan loan) {
        this.budget = budget;
        this.standing = standing;
        this.kind = kind;
        this.loanBefore = loanBefore;
        this.loan = loan;
    }

    /** Ends a call that was made, and that showed nothing about the credentials. */
    void used() {
        budget.end(this, true);
    }

    /** Ends a call for which Lean accepted the credentials. */
    void accepted() {
        budget.accept(standing.credentials());
        budget.end(this, true);
    }

    /** Ends a call for which Lean refused the credentials. */
    void refused(TokenException refusal) {
        if (kind.isTry()) {
            budget.refuse(standing.credentials(), refusal);
        }
        budget.end(this, true);
    }

    /** Ends a call that was not made and does not count. */
    void unused() {
        budget.end(this, false);
    }

    /**
     * Asks the shared budget for a call that {@link #another()} has permitted.
     *
     * @return whether the call can be made; otherwise, this permit has ended
     */
    Uni<Boolean> confirm() {
        return budget.confirm(this);
    }

    /**
     * @return another permit, to send the same request once more; empty if no call is left for that. It must be confirmed
     *         before it is used
     */
    Optional<CallPermit> another() {
        return budget.another(this);
    }
}
