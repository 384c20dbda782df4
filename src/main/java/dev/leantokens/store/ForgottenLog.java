package dev.leantokens.store;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import dev.leantokens.token.TokenKey;

/**
 * What a replica knows to be forgotten. Immutable.
 *
 * @param start all tokens of earlier generations are forgotten
 * @param latest the latest generation that a command has written; 0 if none is known
 * @param entries what was forgotten since the start, from the oldest
 */
record ForgottenLog(long start, long latest, List<Entry> entries) {

    /** The number of entries that replicas and Redis keep. Tokens that are older than the first one are forgotten. */
    static final int LENGTH = 1000;

    static final ForgottenLog EMPTY = new ForgottenLog(0, 0, List.of());

    record Entry(long generation, TokenSelector selector) {
    }

    /** @return the generation of tokens that are requested from now on */
    long generation() {
        return Math.max(start, latest);
    }

    boolean includes(TokenKey key, long since) {
        if (since < start) {
            return true;
        }
        for (int i = entries.size() - 1; i >= 0 && entries.get(i).generation() > since; i--) {
            if (entries.get(i).selector().test(key)) {
                return true;
            }
        }
        return false;
    }

    boolean isNew(long generation) {
        return generation > start && entries.stream().noneMatch(entry -> entry.generation() == generation);
    }

    /** @param added new entries, in any order */
    ForgottenLog with(List<Entry> added) {
        List<Entry> all = Stream.concat(entries.stream(), added.stream()).sorted(Comparator.comparing(Entry::generation))
                .toList();
        long from = all.size() <= LENGTH ? start : Math.max(start, all.get(all.size() - LENGTH - 1).generation());
        for (Entry entry : all) {
            if (entry.selector().equals(TokenSelector.ALL)) {
                from = Math.max(from, entry.generation());
            }
        }
        return new ForgottenLog(start, all.isEmpty() ? latest : Math.max(latest, all.get(all.size() - 1).generation()), all)
                .from(from);
    }

    /** @return a log in which all tokens of earlier generations are forgotten */
    ForgottenLog from(long generation) {
        long later = Math.max(start, generation);
        return new ForgottenLog(later, latest, entries.stream().filter(entry -> entry.generation() > later).toList());
    }
}
