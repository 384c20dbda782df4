package dev.leantokens.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class LogOutputTest {

    private static final int CAPACITY = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AtomicLong nanos = new AtomicLong();
    private final Pipe pipe = new Pipe();
    private final AtomicInteger dropped = new AtomicInteger();
    private final List<Long> reports = new CopyOnWriteArrayList<>();
    private volatile boolean reportFails;
    private final LogOutput output = new LogOutput(pipe, CAPACITY, dropped::incrementAndGet, this::report, nanos::get);

    /** A pipe that accepts a write only when its reader reads. */
    private static final class Pipe extends OutputStream {

        private final Semaphore reader = new Semaphore(0);
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private volatile boolean broken;

        @Override
        public void write(int octet) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                reader.acquire();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (broken) {
                throw new IOException("Broken pipe");
            }
            synchronized (read) {
                read.write(bytes, offset, length);
            }
        }

        private String text() {
            synchronized (read) {
                return read.toString(StandardCharsets.UTF_8);
            }
        }

        private void stall() {
            reader.drainPermits();
        }

        private void readOn() {
            reader.release(1_000_000);
        }
    }

    private void report(long lines) {
        reports.add(lines);
        if (reportFails) {
            throw new IllegalStateException("logging fails");
        }
        line("report");
    }

    /** Holds a lock, as the console handler does. */
    private synchronized void line(String text) {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        output.write(bytes, 0, bytes.length);
        output.flush();
    }

    private void awaitText(String text) {
        await().untilAsserted(() -> assertThat(pipe.text()).isEqualTo(text));
    }

    /** @return the lines as text */
    private static String lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
    }

    @Test
    void linesAreWrittenUnchangedAndInOrder() {
        pipe.readOn();
        output.start();

        // From now on each flush waits.
        output.finish(PATIENCE);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            String text = i + "x".repeat(i % 90);
            line(text);
            expected.append(text).append('\n');
        }

        assertThat(pipe.text()).isEqualTo(expected.toString());
        assertThat(dropped).hasValue(0);
    }

    @Test
    void stalledReaderBlocksNoThreadAndDroppedLinesAreReportedWhenItContinues() {
        output.start();

        // Each has 7 bytes, so 100 fit.
        for (int i = 0; i < 1000; i++) {
            line("line " + i % 10);
        }
        assertThat(dropped).hasValue(1000 - CAPACITY / 7);
        assertThat(reports).isEmpty();

        pipe.readOn();
        awaitText(lines(0, 10) + lines(0, 4) + "report\n");
        assertThat(reports).containsExactly(1000L - CAPACITY / 7);

        // The buffer is empty again.
        line("next");
        awaitText(lines(0, 10) + lines(0, 4) + "report\nnext\n");
        assertThat(reports).hasSize(1);
    }

    @Test
    void droppedLinesAreReportedRegularlyToASlowReader() {
        output.start();
        IntStream.range(0, 100).forEach(i -> line("line " + i % 10));
        int first = dropped.get();

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(9));
        pipe.reader.release();
        await().until(() -> pipe.text().length() > 0);
        IntStream.range(0, 100).forEach(i -> line("line " + i % 10));
        assertThat(reports).hasSizeLessThanOrEqualTo(1);

        pipe.readOn();
        await().until(() -> reports.stream().mapToLong(Long::longValue).sum() == dropped.get());
        assertThat(dropped.get()).isGreaterThan(first);
    }

    @Test
    void lineThatDoesNotFitIsDroppedAsAWhole() {
        pipe.readOn();
        output.start();

        byte[] part = "#".repeat(CAPACITY - 10).getBytes(StandardCharsets.UTF_8);
        output.write(part, 0, part.length);
        output.write(part, 0, part.length);
        output.write(part, 0, 1);
        output.flush();
        line("next");

        await().until(() -> pipe.text().contains("report"));
        assertThat(pipe.text()).doesNotContain("#").contains("next\n");
        assertThat(dropped).hasValue(1);
    }

    @Test
    void lastLinesAreWrittenBeforeTheProcessExits() {
        pipe.readOn();
        line("before");
        output.start();

        output.finish(PATIENCE);
        for (int i = 0; i < 100; i++) {
            line("line " + i);
            assertThat(pipe.text()).isEqualTo("before\n" + lines(0, i + 1));
        }
    }

    @Test
    void droppedLinesAreReportedBeforeTheProcessExits() {
        for (int i = 0; i < 20; i++) {
            line("line " + i % 10);
        }
        output.start();
        Thread exit = new Thread(() -> output.finish(PATIENCE));
        exit.start();
        await().until(() -> exit.getState() == Thread.State.TIMED_WAITING);

        pipe.readOn();
        await().until(() -> !exit.isAlive());

        assertThat(pipe.text()).endsWith("report\n");
        assertThat(reports).containsExactly((long) dropped.get());
    }

    @Test
    void stalledReaderDelaysTheExitByTheTimeoutAtMost() {
        line("line");
        output.start();

        output.finish(Duration.ZERO);
        nanos.addAndGet(1);
        line("next");

        assertThat(pipe.text()).isEmpty();
    }

    /** As if the reader were gone, or the disk full. */
    @Test
    void unwritableLinesAreDroppedAndReportedWithTheNextWrittenLine() {
        pipe.broken = true;
        pipe.readOn();
        line("first");
        line("second");
        output.start();
        await().untilAsserted(() -> assertThat(dropped).hasValue(2));
        assertThat(reports).isEmpty();

        pipe.broken = false;
        line("third");

        awaitText("third\nreport\n");
        assertThat(reports).containsExactly(2L);
    }

    @Test
    void failureOfTheReportDoesNotEndTheLog() {
        output.start();
        pipe.broken = true;
        pipe.readOn();
        line("lost");
        await().until(() -> dropped.get() == 1);
        reportFails = true;
        pipe.broken = false;
        line("first");
        await().until(() -> reports.size() == 1);
        line("second");

        awaitText("first\nsecond\n");
    }

    @Test
    void everyLineIsWrittenOrCountedWhenManyThreadsLog() throws InterruptedException {
        pipe.readOn();
        output.start();
        List<Thread> threads = IntStream.range(0, 4).mapToObj(t -> new Thread(() -> {
            for (int i = 0; i < 5_000; i++) {
                line("line");
                if (i % 1000 == 0) {
                    pipe.stall();
                }
                if (i % 1000 == 500) {
                    pipe.readOn();
                }
            }
        })).toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        pipe.readOn();

        await().untilAsserted(() -> assertThat(pipe.text().lines().filter("line"::equals).count() + dropped.get())
                .isEqualTo(20_000));
        assertThat(pipe.text().lines()).containsOnly("line", "report");
    }
}
