package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import dev.leantokens.token.UpstreamTokenRequest.Purpose;

class CallerAccountsTest {

    private final CallerAccounts accounts = new CallerAccounts(account("a"), Purpose.REPLACEMENT);

    @Test
    void accountCountsOnceHoweverManyCallersItHas() {
        for (int i = 0; i < 5_000; i++) {
            assertThat(accounts.join(account(i % 2 == 0 ? "a" : "b"), Purpose.REPLACEMENT)).isTrue();
        }

        assertThat(accounts.snapshot().all()).extracting(CallerAccount::account).containsExactly("a", "b");
    }

    @Test
    void replacementThatOneCallerNeedsIsNeeded() {
        accounts.join(account("b"), Purpose.REPLACEMENT);
        assertThat(accounts.purpose()).isEqualTo(Purpose.REPLACEMENT);

        accounts.join(account("a"), Purpose.NEED);
        accounts.join(account("b"), Purpose.REPLACEMENT);

        assertThat(accounts.purpose()).isEqualTo(Purpose.NEED);
        assertThat(accounts.snapshot().purpose()).isEqualTo(Purpose.NEED);
    }

    @Test
    void watcherIsNotifiedOfPresentAndJoiningAccounts() {
        List<String> notified = new ArrayList<>();
        accounts.join(account("b"), Purpose.NEED);

        accounts.watch(joined -> notified.add(joined.account()));
        accounts.join(account("b"), Purpose.NEED);
        accounts.join(account("c"), Purpose.NEED);

        assertThat(notified).containsExactly("a", "b", "c");
    }

    @Test
    void refusedCallCannotBeJoinedUnlessAnotherJoinedBefore() {
        CallerAccounts.Snapshot known = accounts.snapshot();
        accounts.join(account("b"), Purpose.REPLACEMENT);

        assertThat(accounts.closeIfUnchanged(known)).isFalse();
        assertThat(accounts.join(account("c"), Purpose.NEED)).isTrue();
        assertThat(accounts.closeIfUnchanged(accounts.snapshot())).isTrue();
        assertThat(accounts.join(account("d"), Purpose.NEED)).isFalse();
    }

    /** A caller that joins before the end is part of the decision; one that comes later starts another call. */
    @Test
    void threadsThatJoinDuringARefusalAreConsideredOrRejected() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 500; round++) {
                CallerAccounts call = new CallerAccounts(account("first"), Purpose.NEED);
                List<String> joined = new ArrayList<>();
                CountDownLatch done = new CountDownLatch(4);
                for (int i = 0; i < 4; i++) {
                    String name = "r" + i;
                    executor.execute(() -> {
                        if (call.join(account(name), Purpose.NEED)) {
                            synchronized (joined) {
                                joined.add(name);
                            }
                        }
                        done.countDown();
                    });
                }
                CallerAccounts.Snapshot seen;
                do {
                    seen = call.snapshot();
                } while (!call.closeIfUnchanged(seen));
                assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(seen.all()).extracting(CallerAccount::account).containsAll(joined);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    static CallerAccount account(String name) {
        return new CallerAccount(name, name, 1, false);
    }
}
