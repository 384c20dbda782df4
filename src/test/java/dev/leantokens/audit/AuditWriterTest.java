package dev.leantokens.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.LogLines.Line;

class AuditWriterTest {

    private static final int CAPACITY = 100_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Target target = new Target();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final LogLines log = LogLines.of(AuditWriter.class.getName());
    private AuditWriter writer;

    /** Keeps what is written, and fails or stalls on demand. */
    private static final class Target implements AuditTarget {

        private final StringBuffer written = new StringBuffer();
        private final AtomicInteger writes = new AtomicInteger();
        private volatile String failure;
        /** Bytes that are written before a failure. */
        private volatile int before;
        private volatile boolean removable;
        private volatile CountDownLatch stall = new CountDownLatch(0);
        private volatile boolean stalling;

        @Override
        public void write(ByteBuffer lines) throws IOException {
            writes.incrementAndGet();
            try {
                stalling = stall.getCount() > 0;
                stall.await();
                stalling = false;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            int length = failure == null ? lines.remaining() : Math.min(before, lines.remaining());
            byte[] bytes = new byte[length];
            lines.get(bytes);
            written.append(new String(bytes, StandardCharsets.US_ASCII));
            if (failure != null) {
                throw new IOException(failure);
            }
        }

        @Override
        public boolean removeEnd(int length) {
            if (removable) {
                written.setLength(written.length() - length);
            }
            return removable;
        }

        @Override
        public String name() {
            return "of the test";
        }
    }

    private void start(boolean awaited) {
        writer = new AuditWriter(target, CAPACITY, awaited, lost::addAndGet, nanos::get);
        writer.start();
    }

    @AfterEach
    void finish() {
        target.stall.countDown();
        writer.finish(PATIENCE);
        log.close();
    }

    @Test
    void linesOfManyThreadsAreWrittenOnceAndWhole() throws Exception {
        start(false);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int thread = 0; thread < 8; thread++) {
            int first = thread * 1000;
            threads.execute(() -> {
                for (int i = 0; i < 1000; i++) {
                    add("line " + (first + i) + "\n");
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        writer.finish(PATIENCE);

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 8000; i++) {
            expected.add("line " + i);
        }
        assertThat(target.written.toString().lines()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(target.writes).hasValueLessThan(1000);
        assertThat(lost).hasValue(0);
    }

    @Test
    void requestsAreToldThatTheirLinesAreWritten() {
        start(true);
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(addAndWait("line " + i + "\n"));
        }

        assertThat(all).allMatch(CompletableFuture::join);
        assertThat(target.written.toString().lines()).hasSize(100);
    }

    @Test
    void linesThatCannotBeWrittenAreLostAndTheOutageHasTwoLinesInTheLog() {
        target.failure = "No space left on device";
        start(false);
        for (int i = 0; i < 5; i++) {
            add("lost\n");
            await().until(() -> target.written.toString(), String::isEmpty);
            int count = i + 1;
            await().until(() -> lost.get() == count);
        }
        target.failure = null;
        add("kept\n");
        writer.finish(PATIENCE);

        assertThat(target.written).hasToString("kept\n");
        assertThat(lost).hasValue(5);
        assertThat(log.lines()).extracting(Line::level).containsExactly("ERROR", "WARN");
        assertThat(log.lines()).extracting(Line::message).containsExactly("The audit log of the test cannot be written: "
                + "No space left on device; tokens are issued without a line in it until it can be",
                "The audit log of the test is written again; lost lines: 5");
    }

    @Test
    void requestsAreToldThatTheirLinesAreNotWritten() {
        target.failure = "No space left on device";
        start(true);

        assertThat(addAndWait("a\n").join()).isFalse();
        add("without a request that waits\n");
        await().until(() -> lost.get() == 1);
        target.failure = null;
        assertThat(addAndWait("b\n").join()).isTrue();

        assertThat(target.written).hasToString("b\n");
        assertThat(lost).as("the line of a request that was refused is not lost").hasValue(1);
        await().untilAsserted(() -> assertThat(log.lines()).extracting(Line::message).containsExactly(
                "The audit log of the test cannot be written: No space left on device; no tokens are issued until it can be, "
                        + "since AUDIT_REQUIRED=true",
                "The audit log of the test is written again; lost lines: 1, none of them of an issued token"));
    }

    @Test
    void linesBeforeAFailureCount() {
        target.stall = new CountDownLatch(1);
        start(true);
        CompletableFuture<Boolean> first = addAndWait("first\n");
        await().until(() -> target.stalling);
        List<CompletableFuture<Boolean>> next = List.of(addAndWait("second\n"), addAndWait("third\n"));
        target.stall.countDown();
        assertThat(first.join()).isTrue();
        assertThat(next).allMatch(CompletableFuture::join);

        target.stall = new CountDownLatch(1);
        target.before = "fourth\nfi".length();
        CompletableFuture<Boolean> blocked = addAndWait("blocked\n");
        await().until(() -> target.stalling);
        List<CompletableFuture<Boolean>> last = List.of(addAndWait("fourth\n"), addAndWait("fifth\n"));
        CountDownLatch stall = target.stall;
        // Only the second write fails.
        blocked.thenRun(() -> target.failure = "full");
        stall.countDown();

        assertThat(last.get(0).join()).isTrue();
        assertThat(last.get(1).join()).isFalse();
    }

    @Test
    void startOfALineThatFailedIsRemovedOrEnded() {
        for (boolean removable : new boolean[] { true, false }) {
            target.removable = removable;
            target.written.setLength(0);
            target.before = 3;
            target.failure = "full";
            start(true);
            assertThat(addAndWait("broken\n").join()).isFalse();
            target.failure = null;
            assertThat(addAndWait("whole\n").join()).isTrue();

            assertThat(target.written).hasToString(removable ? "whole\n" : "bro\nwhole\n");
        }
    }

    @Test
    void linesBeyondTheCapacityAreLost() {
        target.stall = new CountDownLatch(1);
        start(false);
        add("first\n");
        await().until(() -> target.stalling);
        String line = "x".repeat(999) + "\n";
        for (int i = 0; i < CAPACITY / line.length() + 3; i++) {
            add(line);
        }

        assertThat(lost).hasValue(3);
        target.stall.countDown();
        writer.finish(PATIENCE);
        assertThat(target.written.toString().lines()).hasSize(1 + CAPACITY / line.length());
        await().untilAsserted(() -> assertThat(log.lines()).extracting(Line::message).containsExactly(
                "The audit log of the test cannot be written: its lines are not written fast enough; tokens are issued without "
                        + "a line in it until it can be",
                "The audit log of the test is written again; lost lines: 3"));
    }

    @Test
    void requestsDoNotWaitForAWriteThatHasStalled() {
        target.stall = new CountDownLatch(1);
        start(true);
        CompletableFuture<Boolean> blocked = addAndWait("blocked\n");
        await().until(() -> target.stalling);
        add("refusal\n");
        CompletableFuture<Boolean> behind = addAndWait("behind\n");
        add("another refusal\n");

        nanos.addAndGet(AuditWriter.STALL.toNanos() - 1);
        writer.check();
        assertThat(List.of(blocked, behind)).noneMatch(CompletableFuture::isDone);

        nanos.incrementAndGet();
        writer.check();
        assertThat(blocked.join()).isFalse();
        assertThat(behind.join()).isFalse();
        assertThat(addAndWait("later\n").join()).as("at once").isFalse();
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line.message()).contains("a write does not end"));

        target.stall.countDown();
        writer.finish(PATIENCE);
        assertThat(target.written).as("not those of refused requests, except for what was being written")
                .hasToString("blocked\nrefusal\nanother refusal\n");
        assertThat(addAndWait("again\n").join()).isTrue();
        assertThat(lost).hasValue(0);
    }

    @Test
    void endDoesNotWaitForAStalledWrite() {
        target.stall = new CountDownLatch(1);
        writer = new AuditWriter(target, CAPACITY, false, lost::addAndGet, System::nanoTime);
        writer.start();
        add("blocked\n");
        await().until(() -> target.stalling);

        writer.finish(Duration.ofMillis(50));

        assertThat(target.written).isEmpty();
    }

    private void add(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
        writer.add(bytes, bytes.length);
    }

    private CompletableFuture<Boolean> addAndWait(String line) {
        CompletableFuture<Boolean> written = new CompletableFuture<>();
        byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
        writer.add(bytes, bytes.length, written::complete);
        return written;
    }
}
