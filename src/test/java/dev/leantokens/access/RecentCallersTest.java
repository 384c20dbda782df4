package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.TestClock;

class RecentCallersTest {

    private final TestClock clock = new TestClock();
    private final RecentCallers callers = new RecentCallers(clock);

    @Test
    void eachCallerIsASharerOnce() {
        assertThat(callers.called("caller idp:a")).isEqualTo("caller idp:a");
        callers.called("caller idp:b");
        callers.called("caller idp:a");

        assertThat(callers.sharers()).isEqualTo(2);
    }

    @Test
    void callerIsForgottenAfterItsLastCall() {
        callers.called("caller idp:a");
        callers.called("caller idp:b");
        clock.advance(RecentCallers.RECENT.minusMillis(1));
        callers.called("caller idp:a");
        assertThat(callers.sharers()).isEqualTo(2);

        clock.advance(Duration.ofMillis(1));

        assertThat(callers.sharers()).isEqualTo(1);
    }

    @Test
    void callersBeyondTheLimitShareTogether() {
        for (int i = 0; i < RecentCallers.MAX_CALLERS; i++) {
            assertThat(callers.called("caller idp:" + i)).isEqualTo("caller idp:" + i);
        }

        assertThat(callers.called("caller idp:x")).isEqualTo(RecentCallers.OTHERS);
        assertThat(callers.called("caller idp:y")).isEqualTo(RecentCallers.OTHERS);
        assertThat(callers.called("caller idp:0")).isEqualTo("caller idp:0");
        assertThat(callers.sharers()).isEqualTo(RecentCallers.MAX_CALLERS + 1);
    }
}
