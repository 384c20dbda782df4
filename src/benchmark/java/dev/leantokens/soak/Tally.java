package dev.leantokens.soak;

import dev.leantokens.soak.Figures.Source;

/** Counts the figures since the last row and those of the whole run. Thread-safe. */
final class Tally {

    private final Figures total = new Figures();
    private Figures current = new Figures();

    synchronized void token(Source source, long nanos) {
        current.token(source, nanos);
        total.token(source, nanos);
    }

    synchronized void error(String label, long nanos) {
        current.error(label, nanos);
        total.error(label, nanos);
    }

    /** @return the figures since the previous call */
    synchronized Figures cut() {
        Figures cut = current;
        current = new Figures();
        return cut;
    }

    Figures total() {
        return total;
    }
}
