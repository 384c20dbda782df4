package dev.leantokens.soak;

import java.util.Map;
import java.util.TreeMap;

/** Counts responses and measures their latencies. Thread-safe. */
final class Figures {

    /** Where a token was obtained, which only REST reports. */
    enum Source {
        HIT,
        STALE,
        LEAN,
        UNKNOWN;

        /** @param cacheStatus the {@code Cache-Status} header */
        static Source of(String cacheStatus) {
            if (cacheStatus.contains("detail=stale")) {
                return STALE;
            }
            return cacheStatus.contains("; hit") ? HIT : LEAN;
        }
    }

    private final Map<Source, Integer> tokens = new TreeMap<>();
    private final Map<String, Integer> errors = new TreeMap<>();
    private final Latencies ofHits = new Latencies();
    private final Latencies ofAll = new Latencies();
    private int answers;

    synchronized void token(Source source, long nanos) {
        tokens.merge(source, 1, Integer::sum);
        if (source == Source.HIT) {
            ofHits.add(nanos);
        }
        answer(nanos);
    }

    /** @param label the status, or the error code over MCP */
    synchronized void error(String label, long nanos) {
        errors.merge(label, 1, Integer::sum);
        answer(nanos);
    }

    private void answer(long nanos) {
        answers++;
        ofAll.add(nanos);
    }

    synchronized int answers() {
        return answers;
    }

    synchronized int tokens(Source source) {
        return tokens.getOrDefault(source, 0);
    }

    synchronized Map<String, Integer> errors() {
        return new TreeMap<>(errors);
    }

    synchronized String latenciesOfHits() {
        return ofHits.summary();
    }

    synchronized String latenciesOfAll() {
        return ofAll.summary();
    }
}
