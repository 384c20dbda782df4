package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.TestClock;

class RecentCallersTest {

    private final TestClock clock = new TestClock();
    private final RecentCallers callers = new RecentCallers(clock);

    @Test
    void eachCallerIsASharerOfItsIssuerOnce() {
        assertThat(callers.called("idp", "caller idp:a")).isEqualTo("caller idp:a");
        callers.called("idp", "caller idp:b");
        callers.called("idp", "caller idp:a");
        callers.called("k8s", "caller k8s:a");

        assertThat(callers.sharersOf("idp")).isEqualTo(2);
        assertThat(callers.sharersOf("k8s")).isEqualTo(1);
        assertThat(callers.sharersOf("ci")).isEqualTo(1);
    }

    @Test
    void callerIsForgottenAfterItsLastCall() {
        callers.called("idp", "caller idp:a");
        callers.called("idp", "caller idp:b");
        clock.advance(RecentCallers.RECENT.minusMillis(1));
        callers.called("idp", "caller idp:a");
        assertThat(callers.sharersOf("idp")).isEqualTo(2);

        clock.advance(Duration.ofMillis(1));

        assertThat(callers.sharersOf("idp")).isEqualTo(1);
    }

    @Test
    void callersBeyondTheLimitShareTogether() {
        for (int i = 0; i < RecentCallers.MAX_SHARERS; i++) {
            assertThat(callers.called("idp", "caller idp:" + i)).isEqualTo("caller idp:" + i);
        }

        assertThat(callers.called("idp", "caller idp:x")).isEqualTo("other callers of idp");
        assertThat(callers.called("k8s", "caller k8s:x")).isEqualTo("other callers of k8s");
        assertThat(callers.called("idp", "caller idp:0")).isEqualTo("caller idp:0");
        assertThat(callers.sharersOf("idp")).isEqualTo(RecentCallers.MAX_SHARERS + 1);
        assertThat(callers.sharersOf("k8s")).isEqualTo(1);

        clock.advance(RecentCallers.RECENT);
        assertThat(callers.called("k8s", "caller k8s:x")).isEqualTo("caller k8s:x");
    }
}
