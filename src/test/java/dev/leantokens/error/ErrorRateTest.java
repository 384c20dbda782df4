package dev.leantokens.error;

import static dev.leantokens.error.ErrorRate.MAX_IN_FULL;
import static dev.leantokens.error.ErrorRate.MAX_UNAUTHENTICATED;
import static dev.leantokens.error.ErrorRate.PERIOD;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.jboss.logging.Logger.Level;
import org.junit.jupiter.api.Test;

import dev.leantokens.error.ErrorRate.Summary;
import dev.leantokens.testing.TestClock;

class ErrorRateTest {

    private static final CallerName CALLER = address("192.0.2.7");

    private final TestClock clock = new TestClock();
    private final List<Summary> summaries = new ArrayList<>();
    /** Scheduled actions and their delays. */
    private final List<Runnable> timers = new ArrayList<>();
    private final List<Duration> delays = new ArrayList<>();
    private final ErrorRate rate = new ErrorRate(clock, (delay, action) -> {
        delays.add(delay);
        timers.add(action);
    }, summaries::add);

    private static CallerName address(String address) {
        return CallerName.unauthenticated("address " + address, "address " + address);
    }

    private int inFull(CallerName caller, TokenError error, int errors) {
        return (int) IntStream.range(0, errors).filter(i -> rate.admit(caller, error, Level.INFO)).count();
    }

    private void elapse(Runnable timer) {
        clock.advance(PERIOD);
        timer.run();
    }

    @Test
    void firstErrorsAreLoggedInFullAndTheOthersSummarized() {
        assertThat(inFull(CALLER, TokenError.CALLER_REFUSED, 30)).isEqualTo(MAX_IN_FULL);
        assertThat(summaries).isEmpty();

        elapse(timers.get(0));

        assertThat(timers).hasSize(1);
        assertThat(summaries)
                .containsExactly(new Summary("address 192.0.2.7", TokenError.CALLER_REFUSED, Level.INFO, 20));
    }

    @Test
    void timerIsSetOnlyIfErrorsNeedASummary() {
        assertThat(inFull(CALLER, TokenError.CALLER_REFUSED, MAX_IN_FULL)).isEqualTo(MAX_IN_FULL);
        assertThat(timers).isEmpty();

        clock.advance(PERIOD.minusSeconds(4));
        inFull(CALLER, TokenError.CALLER_REFUSED, 100);
        assertThat(delays).containsExactly(Duration.ofSeconds(4));
        elapse(timers.get(0));

        assertThat(inFull(CALLER, TokenError.CALLER_REFUSED, MAX_IN_FULL)).isEqualTo(MAX_IN_FULL);
        assertThat(timers).hasSize(1);
    }

    @Test
    void callersAndReasonsAreCountedSeparately() {
        assertThat(inFull(CALLER, TokenError.CALLER_REFUSED, 30)).isEqualTo(MAX_IN_FULL);
        assertThat(inFull(CALLER, TokenError.SERVICE_CREDENTIALS_REFUSED, 30)).isEqualTo(MAX_IN_FULL);
        assertThat(inFull(address("192.0.2.8"), TokenError.CALLER_REFUSED, 30)).isEqualTo(MAX_IN_FULL);
        assertThat(inFull(CallerName.SERVICE, TokenError.SERVICE_CREDENTIALS_REFUSED, 30)).isEqualTo(MAX_IN_FULL);

        elapse(timers.get(0));

        assertThat(summaries).hasSize(4).allMatch(summary -> summary.errors() == 20);
    }

    @Test
    void addressesOfOneNetworkAreOneCaller() {
        long inFull = IntStream.range(0, 100).filter(i -> rate.admit(
                CallerName.unauthenticated("address 2001:db8::" + i, "network 2001:db8::/64"), TokenError.NOT_FOUND,
                Level.INFO)).count();

        elapse(timers.get(0));

        assertThat(inFull).isEqualTo(MAX_IN_FULL);
        assertThat(summaries).extracting(Summary::callers).containsExactly("network 2001:db8::/64");
    }

    @Test
    void errorAfterThePeriodEndsItAndItsTimerDoesNothing() {
        inFull(CALLER, TokenError.CALLER_REFUSED, MAX_IN_FULL + 1);
        clock.advance(PERIOD);

        assertThat(inFull(CALLER, TokenError.CALLER_REFUSED, MAX_IN_FULL + 2)).isEqualTo(MAX_IN_FULL);
        timers.get(0).run();

        assertThat(summaries).extracting(Summary::errors).containsExactly(1L);
        elapse(timers.get(1));
        assertThat(summaries).extracting(Summary::errors).containsExactly(1L, 2L);
    }

    @Test
    void stopEndsThePeriod() {
        inFull(CALLER, TokenError.CALLER_REFUSED, 30);

        rate.stop();
        elapse(timers.get(0));

        assertThat(summaries).extracting(Summary::errors).containsExactly(20L);
    }

    /** Whatever the number of addresses. */
    @Test
    void unauthenticatedCallersBeyondTheLimitAreOneCallerForEachReason() {
        int inFull = IntStream.range(0, 10_000)
                .map(i -> inFull(address("10.0." + i / 256 + "." + i % 256), TokenError.CALLER_REFUSED, 2)).sum();
        assertThat(inFull).isEqualTo(2 * MAX_UNAUTHENTICATED + MAX_IN_FULL);

        assertThat(inFull(address("192.0.2.8"), TokenError.OTHER_SCOPE, 30)).isEqualTo(MAX_IN_FULL);
        assertThat(inFull(CallerName.authenticated("local client payments"), TokenError.CALLER_REFUSED, 30))
                .isEqualTo(MAX_IN_FULL);
        elapse(timers.get(0));

        assertThat(summaries).containsExactlyInAnyOrder(
                new Summary("other callers", TokenError.CALLER_REFUSED, Level.INFO,
                        2L * (10_000 - MAX_UNAUTHENTICATED) - MAX_IN_FULL),
                new Summary("other callers", TokenError.OTHER_SCOPE, Level.INFO, 20),
                new Summary("local client payments", TokenError.CALLER_REFUSED, Level.INFO, 20));
        // The next period has room again.
        assertThat(inFull(CALLER, TokenError.CALLER_REFUSED, 30)).isEqualTo(MAX_IN_FULL);
    }

    @Test
    void everyErrorIsLoggedOrSummarizedWhenManyThreadsRecord() throws Exception {
        int threads = 4;
        int each = 20_000;
        ConcurrentLinkedQueue<Summary> all = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Runnable> set = new ConcurrentLinkedQueue<>();
        ErrorRate shared = new ErrorRate(clock, (delay, action) -> set.add(action), all::add);
        AtomicInteger inFull = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        List<CompletableFuture<Void>> done = IntStream.range(0, threads).mapToObj(t -> CompletableFuture.runAsync(() -> {
            await(go);
            for (int i = 0; i < each; i++) {
                if (shared.admit(address("192.0.2." + i % 5), TokenError.CALLER_REFUSED, Level.INFO)) {
                    inFull.incrementAndGet();
                }
                if (i % 1000 == 0) {
                    clock.advance(PERIOD.dividedBy(3));
                }
            }
        }, executor)).toList();

        go.countDown();
        done.forEach(CompletableFuture::join);
        executor.shutdown();
        set.forEach(Runnable::run);

        assertThat(inFull.get() + all.stream().mapToLong(Summary::errors).sum()).isEqualTo((long) threads * each);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
