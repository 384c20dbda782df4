package dev.leantokens.lean;

import java.time.Instant;
import java.util.Optional;

import dev.leantokens.error.TokenException;
import dev.leantokens.lean.CallWindow.Grade;
import dev.leantokens.lean.CallWindow.Loan;
import dev.leantokens.lean.CallWindow.Standing;

/**
 * The permission for one call. Must be ended exactly once, by {@link #used()}, {@link #accepted()}, {@link #refused} or
 * {@link #unused()}.
 */
final class CallPermit {

    private final ClientBudget budget;
    private final Standing standing;
    private final Grade grade;
    private final boolean optional;
    private final Loan loanBefore;
    private final Loan loan;
    private Instant countsUntil;

    /**
     * @param budget the budget to which the call is returned
     * @param loanBefore the last loan without this call
     * @param loan the last loan with this call
     */
    CallPermit(ClientBudget budget, Standing standing, Grade grade, boolean optional, Loan loanBefore, Loan loan) {
        this.budget = budget;
        this.standing = standing;
        this.grade = grade;
        this.optional = optional;
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
        if (isTry()) {
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

    Standing standing() {
        return standing;
    }

    boolean isBorrowed() {
        return grade == Grade.BORROWED;
    }

    boolean isOptional() {
        return optional;
    }

    boolean isTry() {
        return !standing.accepted();
    }

    Loan loanBefore() {
        return loanBefore;
    }

    Loan loan() {
        return loan;
    }

    /** @return when the call no longer counts; null until it has ended */
    Instant countsUntil() {
        return countsUntil;
    }

    /** Must be called with the budget's lock. */
    void countUntil(Instant end) {
        countsUntil = end;
    }
}
