package dev.leantokens.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.leantokens.vitals.Vitals;

/** A replica of the application, and the load's callers of it. */
final class Replica implements AutoCloseable {

    /** Beside the load's own connections, those that an attacker or a replica's peer opens and closes at any time. */
    private static final int TOLERATED_FILES = 30;

    private final Application application;
    private final Wire wire;
    private final McpCaller mcp;
    private final RestCaller rest;
    private final HeapTrend heap = new HeapTrend();
    private final List<Integer> files = new ArrayList<>();

    Replica(Application application, Findings findings, Journal journal, AuditCheck audit, Tally tally) {
        this.application = application;
        this.wire = new Wire(application.number(), findings, journal, audit);
        AnswerCheck check = new AnswerCheck(findings, journal, audit);
        this.mcp = new McpCaller(application.mcp(), wire, check, tally, findings);
        this.rest = new RestCaller(application.rest(), wire, check, tally);
    }

    Application application() {
        return application;
    }

    McpCaller mcp() {
        return mcp;
    }

    RestCaller rest() {
        return rest;
    }

    HeapTrend heap() {
        return heap;
    }

    /** @return the figures for a row of the table */
    String measure() throws IOException {
        return application.vitals().map(vitals -> {
            heap.add(vitals.heapKiB());
            files.add(vitals.files());
            return "%.1f/%d/%d".formatted(vitals.heapKiB() / 1024.0, vitals.files(), vitals.threads());
        }).orElse("not measured");
    }

    int openFiles() throws IOException {
        return application.vitals().map(Vitals::files).orElse(0);
    }

    /** @return whether files are open that were not open before the load */
    boolean leaksFiles(int before) throws IOException {
        return openFiles() > before + TOLERATED_FILES;
    }

    /**
     * @return whether more files are open in the last third of the run than in the middle one, at the quietest moment of each
     */
    boolean accumulatesFiles() {
        int third = files.size() / 3;
        return third > 0 && fewest(files.subList(2 * third, files.size())) > fewest(files.subList(third, 2 * third))
                + TOLERATED_FILES;
    }

    private static int fewest(List<Integer> files) {
        return files.stream().mapToInt(Integer::intValue).min().orElse(0);
    }

    int mostFiles() {
        return files.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    @Override
    public void close() {
        wire.close();
        application.close();
    }
}
