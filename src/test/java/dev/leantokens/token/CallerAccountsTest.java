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

    private final CallerAccounts requesters = new CallerAccounts(requester("a"), Purpose.REPLACEMENT);

    @Test
    void accountsCountOnceHoweverManyCallersTheyHave() {
        for (int i = 0; i < 5_000; i++) {
            assertThat(requesters.join(requester(i % 2 == 0 ? "a" : "b"), Purpose.REPLACEMENT)).isTrue();
        }

        assertThat(requesters.now().all()).extracting(CallerAccount::account).containsExactly("a", "b");
    }

    @Test
    void replacementThatOneNeedsIsNeeded() {
        requesters.join(requester("b"), Purpose.REPLACEMENT);
        assertThat(requesters.purpose()).isEqualTo(Purpose.REPLACEMENT);

        requesters.join(requester("a"), Purpose.NEED);
        requesters.join(requester("b"), Purpose.REPLACEMENT);

        assertThat(requesters.purpose()).isEqualTo(Purpose.NEED);
        assertThat(requesters.now().purpose()).isEqualTo(Purpose.NEED);
    }

    @Test
    void watcherIsToldOfThoseThatAreThereAndOfThoseThatJoin() {
        List<String> told = new ArrayList<>();
        requesters.join(requester("b"), Purpose.NEED);

        requesters.watch(joined -> told.add(joined.account()));
        requesters.join(requester("b"), Purpose.NEED);
        requesters.join(requester("c"), Purpose.NEED);

        assertThat(told).containsExactly("a", "b", "c");
    }

    @Test
    void refusedCallCannotBeJoinedUnlessSomebodyJoinedBefore() {
        CallerAccounts.Snapshot known = requesters.now();
        requesters.join(requester("b"), Purpose.REPLACEMENT);

        assertThat(requesters.closeAsOf(known)).isFalse();
        assertThat(requesters.join(requester("c"), Purpose.NEED)).isTrue();
        assertThat(requesters.closeAsOf(requesters.now())).isTrue();
        assertThat(requesters.join(requester("d"), Purpose.NEED)).isFalse();
    }

    /** Nobody is both refused and forgotten: who joined before the end is looked at, and who comes after makes another call. */
    @Test
    void threadsThatJoinWhileTheCallIsRefusedAreSeenOrTurnedBack() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 500; round++) {
                CallerAccounts call = new CallerAccounts(requester("first"), Purpose.NEED);
                List<String> joined = new ArrayList<>();
                CountDownLatch done = new CountDownLatch(4);
                for (int i = 0; i < 4; i++) {
                    String name = "r" + i;
                    executor.execute(() -> {
                        if (call.join(requester(name), Purpose.NEED)) {
                            synchronized (joined) {
                                joined.add(name);
                            }
                        }
                        done.countDown();
                    });
                }
                CallerAccounts.Snapshot seen;
                do {
                    seen = call.now();
                } while (!call.closeAsOf(seen));
                assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(seen.all()).extracting(CallerAccount::account).containsAll(joined);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    static CallerAccount requester(String account) {
        return new CallerAccount(account, account, 1, false);
    }
}
