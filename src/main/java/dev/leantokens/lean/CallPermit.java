package dev.leantokens.lean;

import java.util.Optional;

import dev.leantokens.error.TokenException;

/**
 * The permission for one call. Exactly one of {@link #used()}, {@link #accepted()}, {@link #refused} and {@link #unused()} is
 * to be called, once.
 */
final class CallPermit {

    private final ClientBudget budget;
    private final ClientBudget.Standing standing;
    private final ClientBudget.Grade grade;
    private final boolean optional;
    private final ClientBudget.Loan loanBefore;
    private final ClientBudget.Loan loan;

    /**
     * @param budget to which it is given back
     * @param loanBefore the last loan, without this call
     * @param loan the same, with this one
     */
    CallPermit(ClientBudget budget, ClientBudget.Standing standing, ClientBudget.Grade grade, boolean optional,
            ClientBudget.Loan loanBefore, ClientBudget.Loan loan) {
        this.budget = budget;
        this.standing = standing;
        this.grade = grade;
        this.optional = optional;
        this.loanBefore = loanBefore;
        this.loan = loan;
    }

    /** The call was made and is over. It did not become known what Lean thinks of the credentials. */
    void used() {
        budget.end(this, true);
    }

    /** The call was made and is over: Lean accepted the credentials. */
    void accepted() {
        budget.accept(standing.credentials());
        budget.end(this, true);
    }

    /** The call was made and is over: Lean refused the credentials. */
    void refused(TokenException refusal) {
        if (isTry()) {
            budget.refuse(standing.credentials(), refusal);
        }
        budget.end(this, true);
    }

    /** The call was not made. */
    void unused() {
        budget.end(this, false);
    }

    /** @return another permit to resend the same request; empty if no call is left for it now */
    Optional<CallPermit> another() {
        return budget.another(this);
    }

    ClientBudget.Standing standing() {
        return standing;
    }

    boolean isBorrowed() {
        return grade == ClientBudget.Grade.BORROWED;
    }

    boolean isOptional() {
        return optional;
    }

    boolean isTry() {
        return !standing.accepted();
    }

    ClientBudget.Loan loanBefore() {
        return loanBefore;
    }

    ClientBudget.Loan loan() {
        return loan;
    }
}
