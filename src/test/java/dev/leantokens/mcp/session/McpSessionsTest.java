package dev.leantokens.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

class McpSessionsTest {

    private static final int LIMIT = 6;
    private static final int LIMIT_PER_ACCOUNT = 4;

    private final List<String> ended = new ArrayList<>();
    private final McpSessions sessions = new McpSessions(LIMIT, LIMIT_PER_ACCOUNT);

    private void add(String id, String owner) {
        sessions.add(id, owner, owner, () -> ended.add(id));
    }

    @Test
    void onlyItsOwnerCanUseASession() {
        add("1", "payments");

        assertThat(sessions.use("1", "payments")).isTrue();
        assertThat(sessions.use("1", "agents")).isFalse();
        assertThat(sessions.use("2", "payments")).isFalse();
    }

    @Test
    void endedSessionCannotBeUsed() {
        add("1", "payments");
        sessions.remove("1");
        sessions.remove("1");

        assertThat(sessions.use("1", "payments")).isFalse();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void sessionBeyondTheLimitEndsTheCallersLeastRecentlyUsedOne() {
        add("agents-1", "agents");
        for (String id : List.of("1", "2", "3", "4")) {
            add(id, "payments");
        }
        sessions.use("1", "payments");

        add("5", "payments");

        assertThat(ended).containsExactly("2");
        assertThat(sessions.use("2", "payments")).isFalse();
        assertThat(sessions.use("1", "payments")).isTrue();
        assertThat(sessions.use("agents-1", "agents")).isTrue();
    }

    @Test
    void callerWithTheMostSessionsLosesOneBeyondTheTotalLimit() {
        add("agents-1", "agents");
        add("web-1", "web");
        for (String id : List.of("1", "2", "3", "4")) {
            add(id, "payments");
        }

        add("another-1", "another");

        assertThat(ended).containsExactly("1");
        assertThat(sessions.size()).isEqualTo(LIMIT);
    }

    @Test
    void useByAnotherCallerDoesNotCount() {
        for (String id : List.of("1", "2", "3", "4")) {
            add(id, "payments");
        }
        sessions.use("1", "agents");

        add("5", "payments");

        assertThat(ended).containsExactly("1");
    }

    @Test
    void endedSessionsDoNotCount() {
        for (int i = 0; i < 1000; i++) {
            add("session " + i, "payments");
            sessions.remove("session " + i);
        }

        assertThat(ended).isEmpty();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void limitIsNeverExceeded() {
        for (int i = 0; i < 10_000; i++) {
            add("session " + i, "caller " + i % 7);
            assertThat(sessions.size()).isLessThanOrEqualTo(LIMIT);
        }

        assertThat(ended).hasSize(10_000 - LIMIT);
    }
}
