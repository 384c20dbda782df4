package dev.leantokens.lean;

import java.util.Optional;

import dev.leantokens.error.TokenException;
import dev.leantokens.lean.CallWindow.Kind;
import dev.leantokens.lean.CallWindow.Loan;
import dev.leantokens.lean.CallWindow.Standing;

/**
 * The permission for one call. Must be ended exactly once, by {@link #used()}, {@link #accepted()}, {@link #refused} or
 * {@link #unused()}.
 */
final class CallPermit {

    final Standing standing;
    final Kind kind;
    final Loan loanBefore;
    final Loan loan;

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

    /** @return another permit, to send the same request once more; empty if no call is left for that */
    Optional<CallPermit> another() {
        return budget.another(this);
    }
}
